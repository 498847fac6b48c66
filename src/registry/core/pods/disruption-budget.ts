import { labelSelectorOf } from '../../../apimachinery/label-selector.js';
import { forbiddenError, isStatus, StatusError, tooManyRequests } from '../../../apimachinery/status.js';
import { formatTime } from '../../../apimachinery/time.js';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../../schema/generated/policy-v1.js';
import type { BehaviourEnvironment } from '../../behaviour.js';
import { fieldManagerFor } from '../../field-managers.js';
import { internalContext } from '../../internal-write.js';
import { typed, type KubeObject, type Typed } from '../../object.js';

const BUDGETS = { group: 'policy', resource: 'poddisruptionbudgets' };
const REFUSAL = "Cannot evict pod as it would violate the pod's disruption budget.";
/** Evictions that the controller has not confirmed; more than these aren't kept. */
const MAX_DISRUPTED_PODS = 2000;
const STILL_PROCESSING_SECONDS = 10;
const MANAGER = 'kube-apiserver';

/** The budgets that select a pod. */
export async function budgetsOf(environment: BehaviourEnvironment, pod: KubeObject): Promise<Typed<PodDisruptionBudget>[]> {
  const store = environment.store(BUDGETS);
  if (store === undefined) return [];
  const { namespace = '', labels = {} } = pod.metadata;
  const { items } = await environment.storage.list(store.bucket, { namespace });
  return items.map(({ value }) => typed<PodDisruptionBudget>(value)).filter(({ spec }) => selects(spec.selector, labels));
}

/** A selector that can't be read selects nothing. */
function selects(selector: Parameters<typeof labelSelectorOf>[0], labels: Readonly<Record<string, string>>): boolean {
  try {
    return labelSelectorOf(selector).matches(labels);
  } catch (error) {
    if (error instanceof StatusError) return false;
    throw error;
  }
}

/** 429: the budget's numbers aren't up to date. */
export function stillProcessing(name: string): StatusError {
  return refusal(`The disruption budget ${name} is still being processed by the server.`, STILL_PROCESSING_SECONDS);
}

function refusal(message: string, retryAfterSeconds: number): StatusError {
  const { status } = tooManyRequests(REFUSAL, retryAfterSeconds);
  const details = { causes: [{ reason: 'DisruptionBudget', message }], ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}) };
  return new StatusError({ ...status, details });
}

/**
 * Takes one disruption from a budget, or throws 429 if there is none left (Go:
 * checkAndDecrement). The read and the write are one step.
 */
export async function takeDisruption(
  environment: BehaviourEnvironment,
  budget: KubeObject,
  podName: string,
  dryRun: boolean,
): Promise<void> {
  if (dryRun) {
    checkBudget(typed<PodDisruptionBudget>(budget));
    return;
  }
  const definition = environment.definition(BUDGETS);
  const status = definition?.subresources.get('status');
  if (definition?.store === undefined || status?.form !== 'view') return;
  const { namespace = '', name = '' } = budget.metadata;
  const now = formatTime(environment.clock.now());
  const updated = (existing: KubeObject | undefined): KubeObject => {
    const current = typed<PodDisruptionBudget>(existing ?? budget);
    checkBudget(current);
    const changed: KubeObject = { ...current, metadata: { ...current.metadata }, status: decremented(current.status, podName, now) };
    return fieldManagerFor(definition, 'status', status.strategy).update(current, changed, MANAGER);
  };
  await definition.store.withStrategy(status.strategy).update(namespace, name, { updated }, internalContext(namespace, name), false);
}

function checkBudget({ metadata, status }: Typed<PodDisruptionBudget>): void {
  const name = metadata.name ?? '';
  const { observedGeneration = 0, disruptionsAllowed = 0, disruptedPods = {} } = status;
  if (observedGeneration < (metadata.generation ?? 0)) throw stillProcessing(name);
  const target = { group: 'policy', resource: 'poddisruptionbudget' };
  if (disruptionsAllowed < 0) throw forbiddenError(target, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED_PODS) {
    throw forbiddenError(target, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (disruptionsAllowed === 0) throw refusal(exhausted(name, status), 0);
}

function exhausted(name: string, { currentHealthy = 0, desiredHealthy = 0, conditions = [] }: PodDisruptionBudgetStatus): string {
  const condition = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const told = condition?.status === 'False' && condition.message ? condition : undefined;
  const start = `The disruption budget ${name}`;
  if (told?.reason === 'SyncFailed') return `${start} does not allow evicting pods currently because it failed sync: ${told.message ?? ''}`;
  if (currentHealthy <= desiredHealthy)
    return `${start} needs ${String(desiredHealthy)} healthy pods and has ${String(currentHealthy)} currently`;
  if (told !== undefined) return `${start} does not allow evicting pods currently (${told.reason ?? ''}): ${told.message ?? ''}`;
  return `${start} does not allow evicting pods currently`;
}

function decremented(status: PodDisruptionBudgetStatus, podName: string, now: string): PodDisruptionBudgetStatus {
  const disruptionsAllowed = (status.disruptionsAllowed ?? 0) - 1;
  const next = { ...status, disruptionsAllowed, disruptedPods: { ...status.disruptedPods, [podName]: now } };
  if (disruptionsAllowed > 0) return next;
  const { conditions = [], observedGeneration } = status;
  const former = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    ...(observedGeneration ? { observedGeneration } : {}),
    lastTransitionTime: former?.status === 'False' ? former.lastTransitionTime : now,
    reason: 'InsufficientPods',
    message: '',
  };
  return {
    ...next,
    conditions: former === undefined ? [...conditions, condition] : conditions.map((other) => (other === former ? condition : other)),
  };
}

/** Whether an error says that somebody else was quicker. */
export function isConflict(error: unknown): boolean {
  return isStatus(error, 'Conflict');
}
