import { notFoundError, plainError } from '../apimachinery/status.js';
import { qosClassOf } from '../component-helpers/quality-of-service.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed, type KubeObject } from '../registry/object.js';
import type { Pod, Toleration } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { isCore, on, StoredObjects } from './objects.js';
import { areAllowed, mergeTolerations } from './tolerations.js';

const DEFAULTS = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const ALLOWED = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';

/** A namespace says by annotations which tolerations its pods have and may have (Go: plugin/pkg/admission/podtolerationrestriction). Off by default. */
export function podTolerationRestriction(environment: BehaviourEnvironment): AdmissionPlugin {
  const namespaces = new StoredObjects(environment, { group: '', resource: 'namespaces' });

  const namespaceOf = async ({ namespace }: Attributes): Promise<KubeObject> => {
    const found = await namespaces.get('', namespace);
    if (found === undefined) throw notFoundError({ group: '', resource: 'namespaces' }, namespace);
    return found;
  };

  const validate = async (attributes: Attributes): Promise<void> => {
    if (!isCore(attributes, 'pods') || attributes.object === undefined) return;
    const { tolerations = [] } = typed<Pod>(attributes.object).spec;
    if (tolerations.length === 0) return;
    const allowed = tolerationsIn(await namespaceOf(attributes), ALLOWED) ?? [];
    if (areAllowed(tolerations, allowed)) return;
    throw plainError(500, 'pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist');
  };

  return {
    name: 'PodTolerationRestriction',
    resources: ['/pods'],
    handles: on('CREATE', 'UPDATE'),
    async admit(attributes) {
      if (!isCore(attributes, 'pods') || attributes.object === undefined) return;
      const { spec, status } = typed<Pod>(attributes.object);
      const extra = attributes.operation === 'CREATE' ? (tolerationsIn(await namespaceOf(attributes), DEFAULTS) ?? []) : [];
      if (qosClassOf(spec, status) !== 'BestEffort')
        extra.push({ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' });
      if (extra.length > 0) spec.tolerations = mergeTolerations(spec.tolerations ?? [], extra);
      await validate(attributes);
    },
    validate,
  };
}

function tolerationsIn({ metadata }: KubeObject, key: string): Toleration[] | undefined {
  const text = metadata.annotations?.[key];
  if (text === undefined) return undefined;
  if (text === '') return [];
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.map((item: unknown) => ({ ...(item as Toleration) }));
  } catch {
    // Told below.
  }
  throw plainError(500, `annotation ${key} of namespace ${metadata.name ?? ''} is not a list of tolerations`);
}
