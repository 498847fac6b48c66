import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed } from '../registry/object.js';
import { sortKeys } from '../schema/sort-keys.js';
import type { Binding, Pod } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { isCore, on, StoredObjects } from './objects.js';

const COPIED = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

/** Pods carry the zone and region of their node, from their binding on (KEP-4742; Go: plugin/pkg/admission/podtopologylabels). */
export function podTopologyLabels(environment: BehaviourEnvironment): AdmissionPlugin {
  const nodes = new StoredObjects(environment, { group: '', resource: 'nodes' });
  return {
    name: 'PodTopologyLabels',
    resources: ['/pods'],
    handles: on('CREATE'),
    async admit(attributes) {
      const { object } = attributes;
      const nodeName = nodeNameOf(attributes);
      if (object === undefined || nodeName === '') return;
      const found = (await nodes.get('', nodeName))?.metadata.labels;
      const copied = COPIED.flatMap((key) => (found?.[key] === undefined ? [] : [[key, found[key]] as const]));
      if (copied.length > 0) object.metadata.labels = sortKeys({ ...object.metadata.labels, ...Object.fromEntries(copied) });
    },
  };
}

/** The node that a new pod or a binding is for. */
function nodeNameOf(attributes: Attributes): string {
  const { object } = attributes;
  if (object === undefined) return '';
  if (isCore(attributes, 'pods')) return typed<Pod>(object).spec.nodeName ?? '';
  if (!isCore(attributes, 'pods', 'binding')) return '';
  const { target } = typed<Binding>(object);
  return target.kind === 'Node' ? (target.name ?? '') : '';
}
