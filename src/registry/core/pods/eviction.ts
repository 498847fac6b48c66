import { invalid } from '../../../apimachinery/field-error.js';
import { deleteOptionsFromObject, validateDeleteOptions, type ParsedDeleteOptions } from '../../../apimachinery/options.js';
import { badRequest, conflict, invalidObject, notFoundError, plainError } from '../../../apimachinery/status.js';
import { formatTime } from '../../../apimachinery/time.js';
import type { Pod } from '../../../schema/generated/core-v1.js';
import type { Eviction, PodDisruptionBudget } from '../../../schema/generated/policy-v1.js';
import type { BehaviourEnvironment } from '../../behaviour.js';
import { typed, type KubeObject, type ObjectMeta, type Typed } from '../../object.js';
import type { RequestContext } from '../../request.js';
import type { ActionOptions } from '../../resource.js';
import type { Store } from '../../store.js';
import type { DeleteOptions, Strategy } from '../../strategy.js';
import { isPodReady, withCondition } from './conditions.js';
import { budgetsOf, isConflict, stillProcessing, takeDisruption } from './disruption-budget.js';
import { PODS, success } from './resource.js';

/** How often a pod that changes meanwhile is looked at anew. */
const TRIES = 20;

/** What an eviction works with. */
interface Task {
  readonly environment: BehaviourEnvironment;
  /** Pods, through the strategy of /status. */
  readonly store: Store;
  readonly context: RequestContext;
  readonly name: string;
  readonly options: ParsedDeleteOptions;
}

/**
 * POST of pods/NAME/eviction: deletes a pod unless a disruption budget is
 * against it (Go: EvictionREST). Throws 429 if one is.
 */
export async function evictPod(
  environment: BehaviourEnvironment,
  status: Strategy,
  object: KubeObject,
  context: RequestContext,
  action: ActionOptions,
): Promise<KubeObject> {
  const eviction = typed<Eviction>(object);
  const name = eviction.metadata.name ?? '';
  if (name !== context.name) throw badRequest('name in URL does not match name in Eviction object');
  refuseUnsafe(eviction, name);
  const options = deleteOptions(eviction, action.dryRun);
  await action.validate(object);
  const store = environment.store(PODS)?.withStrategy(status);
  if (store === undefined) throw notFoundError(PODS, name);
  const task: Task = { environment, store, context, name, options };
  const pod = await evictWithoutBudget(task);
  if (pod !== undefined) await evictWithBudget(task, pod);
  return success();
}

function refuseUnsafe({ deleteOptions: options }: Typed<Eviction>, name: string): void {
  if (options?.ignoreStoreReadErrorWithClusterBreakingPotential !== true) return;
  throw invalidObject({ group: 'policy', kind: 'Eviction' }, name, [
    invalid(
      'deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential',
      true,
      'can not be set for pod eviction, try after removing the option',
    ),
  ]);
}

/** Options of the eviction, and those of the request where they don't contradict. */
function deleteOptions({ deleteOptions: given = {} }: Typed<Eviction>, dryRun: boolean): ParsedDeleteOptions {
  const options = deleteOptionsFromObject(given);
  if (!dryRun) return options;
  if (options.dryRun.length > 1 || (options.dryRun.length === 1 && options.dryRun[0] !== 'All')) {
    throw plainError(500, `Non-matching dry-run options in request and content: [All] and [${options.dryRun.join(' ')}]`);
  }
  return { ...options, dryRun: ['All'] };
}

function asksForVersion({ options }: Task): boolean {
  return options.preconditions?.resourceVersion !== undefined;
}

/** Deletes pods that no budget protects; returns the others. */
async function evictWithoutBudget(task: Task): Promise<Typed<Pod> | undefined> {
  for (let attempt = 1; ; attempt++) {
    const { value } = await task.store.get(task.context.namespace, task.name);
    const pod = typed<Pod>(value);
    if (!isUnprotected(pod)) return pod;
    try {
      await markAndDelete(task, isTerminal(pod) || asksForVersion(task) ? task.options : withVersion(task.options, pod.metadata));
      return undefined;
    } catch (error) {
      if (!isConflict(error) || asksForVersion(task) || attempt === TRIES) throw error;
    }
  }
}

/** Pods that have ended or are about to. */
function isTerminal({ metadata, status }: Typed<Pod>): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed' || metadata.deletionTimestamp !== undefined;
}

/** Whoever doesn't run yet, or no longer, isn't missed. */
function isUnprotected(pod: Typed<Pod>): boolean {
  return isTerminal(pod) || pod.status.phase === 'Pending';
}

function withVersion(options: ParsedDeleteOptions, { resourceVersion }: ObjectMeta): ParsedDeleteOptions {
  return { ...options, preconditions: { uid: options.preconditions?.uid, resourceVersion } };
}

async function evictWithBudget(task: Task, pod: Typed<Pod>): Promise<void> {
  const budgets = await budgetsOf(task.environment, pod);
  const [budget] = budgets;
  if (budgets.length > 1)
    throw plainError(500, 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  if (budget === undefined) {
    await markAndDelete(task, task.options);
    return;
  }
  if (mayGoUnready(pod, budget)) {
    await evictUnready(task, pod, budget);
    return;
  }
  await takeDisruption(task.environment, budget, task.name, task.options.dryRun.length > 0);
  await markAndDelete(task, task.options);
}

/** A pod that doesn't serve may go if its budget says so, or has enough without it (KEP-3017). */
function mayGoUnready(pod: Typed<Pod>, { spec, status }: Typed<PodDisruptionBudget>): boolean {
  if (isPodReady(pod.status)) return false;
  const { currentHealthy = 0, desiredHealthy = 0 } = status;
  return spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (currentHealthy >= desiredHealthy && desiredHealthy > 0);
}

/** Only this version of the pod is known to be unready. */
async function evictUnready(task: Task, pod: Typed<Pod>, budget: Typed<PodDisruptionBudget>): Promise<void> {
  try {
    await markAndDelete(task, withVersion(task.options, pod.metadata));
  } catch (error) {
    if (isConflict(error) && !asksForVersion(task)) throw stillProcessing(budget.metadata.name ?? '');
    throw error;
  }
}

const KIND = { group: '', resource: 'Pod' };

/** Says in the pod's status why it goes, and deletes it (Go: addConditionAndDeletePod). */
async function markAndDelete(task: Task, given: ParsedDeleteOptions): Promise<void> {
  const { store, context, name, environment } = task;
  let options = given;
  if (options.dryRun.length === 0) {
    const updated = (existing: KubeObject | undefined): KubeObject => {
      if (existing === undefined) throw notFoundError(PODS, name);
      checkPreconditions(existing.metadata, options, name);
      const pod = typed<Pod>(existing);
      const condition = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' };
      const conditions = withCondition(pod.status, condition, formatTime(environment.clock.now()));
      return { ...pod, metadata: { ...pod.metadata }, status: { ...pod.status, conditions } };
    };
    const { object } = await store.update(context.namespace, name, { updated }, context, false);
    if (options.preconditions?.resourceVersion !== undefined) options = withVersion(options, object.metadata);
  }
  const faults = validateDeleteOptions(options);
  if (faults.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', faults);
  await store.delete(context.namespace, name, storeOptions(options), context);
}

function checkPreconditions(meta: ObjectMeta, { preconditions }: ParsedDeleteOptions, name: string): void {
  const { uid, resourceVersion } = preconditions ?? {};
  if (uid && uid !== meta.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${meta.uid ?? ''}). The object might have been deleted and then recreated`;
    throw conflict(KIND, name, why);
  }
  if (resourceVersion && resourceVersion !== meta.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${meta.resourceVersion ?? ''}). The object might have been modified`;
    throw conflict(KIND, name, why);
  }
}

function storeOptions(options: ParsedDeleteOptions): DeleteOptions {
  const { gracePeriodSeconds, orphanDependents, propagationPolicy, preconditions, dryRun } = options;
  return {
    gracePeriodSeconds,
    orphanDependents,
    propagationPolicy: propagationPolicy as DeleteOptions['propagationPolicy'],
    preconditions,
    dryRun: dryRun.length > 0,
  };
}
