import { goQuote } from '../apimachinery/field-error.js';
import { semanticEqual } from '../apimachinery/semantic-equal.js';
import { isSidecar } from '../component-helpers/containers.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed, type KubeObject } from '../registry/object.js';
import type { Node, Pod, PodSpec } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin } from './admission.js';
import { forbid } from './forbid.js';
import { isCore, on, StoredObjects } from './objects.js';

/** Features that an update of a pod may need of its node, in the order of their names (component-helpers/nodedeclaredfeatures). */
const NEEDS: readonly (readonly [feature: string, needed: (spec: PodSpec, old: PodSpec) => boolean])[] = [
  ['InPlacePodLevelResourcesVerticalScaling', (spec, old) => !semanticEqual(spec.resources, old.resources)],
  ['InPlacePodVerticalScalingInitContainers', resizesInitContainer],
];

/** What a bound pod turns to must be among what its node declares (KEP-5328; Go: plugin/pkg/admission/nodedeclaredfeatures). */
export function nodeDeclaredFeatureValidator(environment: BehaviourEnvironment): AdmissionPlugin {
  const nodes = new StoredObjects<KubeObject & Node>(environment, { group: '', resource: 'nodes' });
  return {
    name: 'NodeDeclaredFeatureValidator',
    resources: ['/pods'],
    handles: on('UPDATE'),
    async validate(attributes) {
      const { object, oldObject } = attributes;
      if ((!isCore(attributes, 'pods') && !isCore(attributes, 'pods', 'resize')) || object === undefined || oldObject === undefined) return;
      const { spec } = typed<Pod>(object);
      const nodeName = spec.nodeName ?? '';
      if (nodeName === '' || object.metadata.generation === oldObject.metadata.generation) return;
      const old = typed<Pod>(oldObject).spec;
      const needed = NEEDS.filter(([, isNeeded]) => isNeeded(spec, old)).map(([feature]) => feature);
      if (needed.length === 0) return;
      const node = await nodes.get('', nodeName);
      if (node === undefined) throw forbid(attributes, `node ${goQuote(nodeName)} not found`);
      const declared: readonly string[] = node.status.declaredFeatures ?? [];
      const missing = needed.filter((feature) => !declared.includes(feature));
      if (missing.length > 0) {
        throw forbid(attributes, `pod update requires features ${missing.join(', ')} which are not available on node ${goQuote(nodeName)}`);
      }
    },
  };
}

function resizesInitContainer(spec: PodSpec, old: PodSpec): boolean {
  return (old.initContainers ?? []).some(
    (container, i) => !isSidecar(container) && !semanticEqual(container.resources, spec.initContainers?.[i]?.resources),
  );
}
