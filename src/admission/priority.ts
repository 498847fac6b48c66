import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed, type KubeObject } from '../registry/object.js';
import type { Pod, PreemptionPolicy } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { forbid } from './forbid.js';
import { isCore, on, StoredObjects } from './objects.js';

interface PriorityClass extends KubeObject {
  readonly value?: number;
  readonly globalDefault?: boolean;
  readonly preemptionPolicy?: PreemptionPolicy;
}

/** What a pod's priority comes to. */
interface Priority {
  readonly className: string;
  readonly value: number;
  readonly preemptionPolicy: PreemptionPolicy | undefined;
}

const GROUP = 'scheduling.k8s.io';

/** Works out the priority of pods from their class (Go: plugin/pkg/admission/priority). */
export function priority(environment: BehaviourEnvironment): AdmissionPlugin {
  const classes = new StoredObjects<PriorityClass>(environment, { group: GROUP, resource: 'priorityclasses' });

  /** Should there be several defaults, the lowest counts. */
  const defaultClass = async (): Promise<PriorityClass | undefined> => {
    let found: PriorityClass | undefined;
    for (const candidate of await classes.list('')) {
      if (candidate.globalDefault === true && (found === undefined || (found.value ?? 0) > (candidate.value ?? 0))) found = candidate;
    }
    return found;
  };

  const priorityOf = async (attributes: Attributes, className: string): Promise<Priority> => {
    if (className === '') {
      const found = await defaultClass();
      if (found === undefined) return { className: '', value: 0, preemptionPolicy: 'PreemptLowerPriority' };
      return { className: found.metadata.name ?? '', value: found.value ?? 0, preemptionPolicy: found.preemptionPolicy };
    }
    const found = await classes.get('', className);
    if (found === undefined) throw forbid(attributes, `no PriorityClass with name ${className} was found`);
    return { className, value: found.value ?? 0, preemptionPolicy: found.preemptionPolicy };
  };

  return {
    name: 'Priority',
    resources: ['/pods', 'scheduling.k8s.io/priorityclasses'],
    handles: on('CREATE', 'UPDATE'),
    admit(attributes) {
      const { object, oldObject, operation } = attributes;
      if (!isCore(attributes, 'pods') || object === undefined) return;
      const { spec } = typed<Pod>(object);
      if (operation === 'CREATE')
        return priorityOf(attributes, spec.priorityClassName ?? '').then((found) => setPriority(spec, found, attributes));
      if (oldObject === undefined) return;
      const old = typed<Pod>(oldObject).spec;
      spec.priority ??= old.priority;
      spec.preemptionPolicy ??= old.preemptionPolicy;
    },
    async validate(attributes) {
      const { object, operation, resource, subresource } = attributes;
      if (resource.resource !== 'priorityclasses' || resource.group !== GROUP || subresource !== '' || object === undefined) return;
      if ((object as PriorityClass).globalDefault !== true) return;
      const other = await defaultClass();
      if (other === undefined || (operation === 'UPDATE' && other.metadata.name === object.metadata.name)) return;
      throw forbid(attributes, `PriorityClass ${other.metadata.name ?? ''} is already marked as default. Only one default can exist`);
    },
  };
}

function setPriority(spec: Pod['spec'], { className, value, preemptionPolicy }: Priority, attributes: Attributes): void {
  if (className !== '') spec.priorityClassName = className;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw forbid(
      attributes,
      `the integer value of priority (${String(spec.priority)}) must not be provided in pod spec; priority admission controller computed ${String(value)} from the given PriorityClass name`,
    );
  }
  spec.priority = value;
  if (preemptionPolicy === undefined) return;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    throw forbid(
      attributes,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    );
  }
  spec.preemptionPolicy = preemptionPolicy;
}
