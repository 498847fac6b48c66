import { notSupported, required, type FieldError } from '../../../apimachinery/field-error.js';
import { badRequest, conflict, notFoundError, plainError } from '../../../apimachinery/status.js';
import { formatTime } from '../../../apimachinery/time.js';
import type { Binding, Pod } from '../../../schema/generated/core-v1.js';
import { isLostRace } from '../../../storage/storage.js';
import type { BehaviourEnvironment } from '../../behaviour.js';
import { typed, type KubeObject, type Typed } from '../../object.js';
import type { RequestContext } from '../../request.js';
import type { ActionOptions } from '../../resource.js';
import { withCondition } from './conditions.js';
import { PODS, success } from './resource.js';

/** What refusals to bind are about. */
const BINDINGS = { group: '', resource: 'pods/binding' };

/** POST of pods/NAME/binding, and of bindings: assigns a pod to a node (Go: BindingREST). */
export async function bindPod(
  environment: BehaviourEnvironment,
  object: KubeObject,
  context: RequestContext,
  options: ActionOptions,
): Promise<KubeObject> {
  const binding = typed<Binding>(object);
  const name = binding.metadata.name ?? '';
  if (context.name !== '' && name !== context.name) throw badRequest('name in URL does not match name in Binding object');
  const errors = validateBinding(binding);
  // The real server turns these faults into a plain error, whose code is 500.
  const [first, ...more] = errors;
  if (first !== undefined) throw plainError(500, more.length === 0 ? first.toString() : `[${errors.map(String).join(', ')}]`);
  await options.validate(object);
  if (name === '') throw badRequest('Name parameter required.');
  await assign(environment, binding, context.namespace, options.dryRun);
  return success();
}

function validateBinding({ target }: Typed<Binding>): FieldError[] {
  const errors: FieldError[] = [];
  if (target.kind && target.kind !== 'Node') errors.push(notSupported('target.kind', target.kind, ['Node', '<empty>']));
  if (!target.name) errors.push(required('target.name'));
  return errors;
}

async function assign(environment: BehaviourEnvironment, binding: Typed<Binding>, namespace: string, dryRun: boolean): Promise<void> {
  const store = environment.store(PODS);
  const name = binding.metadata.name ?? '';
  if (store === undefined) throw notFoundError(PODS, name);
  for (;;) {
    const existing = await store.get(namespace, name);
    const pod = typed<Pod>(existing.value);
    const { uid, resourceVersion } = binding.metadata;
    store.refusals.checkPreconditions(existing.value, { preconditions: { uid, resourceVersion }, dryRun });
    const fault = bindingFault(pod, name);
    if (fault !== undefined) throw conflict(BINDINGS, name, fault);
    if (dryRun) return;
    try {
      await environment.storage.update(existing.key, boundPod(pod, binding, formatTime(environment.clock.now())), existing.revision);
      return;
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
  }
}

function bindingFault({ metadata, spec }: Typed<Pod>, name: string): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return `pod ${name} is being deleted, cannot be assigned to a host`;
  if (spec.nodeName) return `pod ${name} is already assigned to node "${spec.nodeName}"`;
  if ((spec.schedulingGates ?? []).length > 0) return `pod ${name} has non-empty .spec.schedulingGates`;
  return undefined;
}

/** The pod on its node, with what the binding adds to its metadata. Fields are managed by nobody for it. */
function boundPod(pod: Typed<Pod>, { metadata, target }: Typed<Binding>, now: string): KubeObject {
  const status = { ...pod.status, conditions: withCondition(pod.status, { type: 'PodScheduled', status: 'True' }, now) };
  delete status.nominatedNodeName;
  const bound: Typed<Pod> = { ...pod, metadata: { ...pod.metadata }, spec: { ...pod.spec, nodeName: target.name }, status };
  if (metadata.annotations !== undefined) bound.metadata.annotations = { ...pod.metadata.annotations, ...metadata.annotations };
  if (metadata.labels !== undefined) bound.metadata.labels = { ...pod.metadata.labels, ...metadata.labels };
  return bound;
}
