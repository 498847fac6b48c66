import { goList } from '../apimachinery/go-format.js';
import { forbiddenError, notFoundError, plainError } from '../apimachinery/status.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed, type KubeObject } from '../registry/object.js';
import { setOwn } from '../schema/set-own.js';
import { sortKeys } from '../schema/sort-keys.js';
import type { Pod } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { isCore, on, StoredObjects } from './objects.js';

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';

/** Pods of a namespace run on the nodes that its annotation selects (Go: plugin/pkg/admission/podnodeselector). Off by default. */
export function podNodeSelector(environment: BehaviourEnvironment): AdmissionPlugin {
  const namespaces = new StoredObjects(environment, { group: '', resource: 'namespaces' });

  const selectorOf = async (attributes: Attributes, pod: KubeObject & Pod): Promise<Record<string, string>> => {
    const namespace = await namespaces.get('', attributes.namespace);
    if (namespace === undefined) throw notFoundError({ group: '', resource: 'namespaces' }, attributes.namespace);
    const wanted = parseSelector(namespace.metadata.annotations?.[ANNOTATION] ?? '');
    const given = pod.spec.nodeSelector ?? {};
    if (Object.keys(wanted).some((key) => Object.hasOwn(given, key) && given[key] !== wanted[key])) {
      throw forbiddenError(
        attributes.resource,
        pod.metadata.name ?? '',
        'pod node label selector conflicts with its namespace node label selector',
      );
    }
    return wanted;
  };

  return {
    name: 'PodNodeSelector',
    resources: ['/pods'],
    handles: on('CREATE'),
    async admit(attributes) {
      if (!isCore(attributes, 'pods') || attributes.object === undefined) return;
      const pod = typed<Pod>(attributes.object);
      const wanted = await selectorOf(attributes, pod);
      if (Object.keys(wanted).length > 0) pod.spec.nodeSelector = sortKeys({ ...wanted, ...pod.spec.nodeSelector });
    },
    async validate(attributes) {
      if (isCore(attributes, 'pods') && attributes.object !== undefined) await selectorOf(attributes, typed<Pod>(attributes.object));
    },
  };
}

/** `a=b,c=d`; anything else is a fault that upstream reports as its own. */
function parseSelector(text: string): Record<string, string> {
  const selector: Record<string, string> = {};
  if (text === '') return selector;
  for (const term of text.split(',')) {
    const parts = term.split('=');
    const [key = '', value = ''] = parts;
    if (parts.length !== 2) throw plainError(500, `invalid selector: ${goList(parts)}`);
    setOwn(selector, key.trim(), value.trim());
  }
  return selector;
}
