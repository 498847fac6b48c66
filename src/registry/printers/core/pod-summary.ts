import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
  Pod,
  PodCondition,
} from '../../../schema/generated/core-v1.js';
import { timeOf } from '../format/age.js';
import type { View } from '../printer.js';

/** What a pod's row says about its containers. */
export interface PodSummary {
  /** The phase, or the reason why it isn't what it should be. */
  status: string;
  ready: number;
  restarts: number;
  /** Milliseconds; undefined if no container has restarted. */
  lastRestart: number | undefined;
}

/** Go: printPod in pkg/printers/internalversion, without the words around it. */
export function summarize(pod: View<Pod>): PodSummary {
  const status = pod.status ?? {};
  const conditions = status.conditions ?? [];
  const summary: PodSummary = { status: status.reason || (status.phase ?? ''), ready: 0, restarts: 0, lastRestart: undefined };
  if (conditions.some((condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated'))
    summary.status = 'SchedulingGated';
  const initStatuses = status.initContainerStatuses;
  const initializing = initStatuses != null && initStatuses.length > 0 && addInitContainers(summary, pod, initStatuses);
  if (!initializing || firstIsTrue(conditions, 'Initialized')) addContainers(summary, pod);
  if (pod.metadata?.deletionTimestamp != null) summary.status = statusOfDeleted(pod, summary.status);
  return summary;
}

function statusOfDeleted(pod: View<Pod>, status: string): string {
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  const phase = pod.status?.phase;
  return phase === 'Failed' || phase === 'Succeeded' ? status : 'Terminating';
}

/** Counts up to the first init container that isn't done; true if there is one. */
function addInitContainers(summary: PodSummary, pod: View<Pod>, statuses: readonly View<ContainerStatus>[]): boolean {
  const containers = pod.spec?.initContainers ?? [];
  for (const [index, status] of statuses.entries()) {
    addRestarts(summary, status);
    const terminated = status.state?.terminated;
    if (terminated != null && (terminated.exitCode ?? 0) === 0) continue;
    if (status.started === true && isSidecar(containers, status.name)) {
      if (status.ready === true) summary.ready++;
      continue;
    }
    summary.status = `Init:${initReason(status.state ?? {}) ?? `${String(index)}/${String(containers.length)}`}`;
    return true;
  }
  return false;
}

function initReason(state: View<ContainerState>): string | undefined {
  if (state.terminated != null) return terminatedReason(state.terminated);
  const waiting = state.waiting?.reason;
  return waiting !== 'PodInitializing' ? waiting || undefined : undefined;
}

/** The restarts of init containers no longer count once they have ended, those of sidecars do. */
function addContainers(summary: PodSummary, pod: View<Pod>): void {
  const status = pod.status ?? {};
  summary.restarts = 0;
  summary.lastRestart = undefined;
  const initContainers = pod.spec?.initContainers ?? [];
  for (const initStatus of sidecarsSeen(status.initContainerStatuses ?? [], initContainers)) addRestarts(summary, initStatus);

  let running = false;
  let failure = '';
  const statuses = status.containerStatuses ?? [];
  for (let i = statuses.length - 1; i >= 0; i--) {
    const container = statuses[i];
    if (container === undefined) continue;
    addRestarts(summary, container);
    const { waiting, terminated, running: runs } = container.state ?? {};
    if (waiting?.reason) summary.status = waiting.reason;
    else if (terminated != null) {
      summary.status = terminatedReason(terminated);
      if ((terminated.exitCode ?? 0) !== 0) failure = summary.status;
    } else if (container.ready === true && runs != null) {
      running = true;
      summary.ready++;
    }
  }
  if (summary.status === 'Completed') summary.status = statusOfCompleted(status.conditions ?? [], running, failure);
}

/** Sidecars up to and including the init container that holds the pod up. */
function* sidecarsSeen(
  statuses: readonly View<ContainerStatus>[],
  containers: readonly View<Container>[],
): Iterable<View<ContainerStatus>> {
  for (const status of statuses) {
    const sidecar = isSidecar(containers, status.name);
    if (sidecar) yield status;
    const terminated = status.state?.terminated;
    const done = terminated != null && (terminated.exitCode ?? 0) === 0;
    if (!done && !(sidecar && status.started === true)) return;
  }
}

/** The last container that was looked at completed; others may still run, or have failed. */
function statusOfCompleted(conditions: readonly View<PodCondition>[], running: boolean, failure: string): string {
  if (running && conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True')) return 'Running';
  if (failure !== '') return failure;
  return running ? 'NotReady' : 'Completed';
}

function addRestarts(summary: PodSummary, status: View<ContainerStatus>): void {
  summary.restarts += status.restartCount ?? 0;
  const ended = timeOf(status.lastState?.terminated?.finishedAt);
  if (ended !== undefined && (summary.lastRestart === undefined || ended > summary.lastRestart)) summary.lastRestart = ended;
}

function terminatedReason(terminated: View<ContainerStateTerminated>): string {
  if (terminated.reason) return terminated.reason;
  if (terminated.signal) return `Signal:${String(terminated.signal)}`;
  return `ExitCode:${String(terminated.exitCode ?? 0)}`;
}

/** An init container that keeps running beside the others (KEP-753). */
export function isSidecar(initContainers: readonly View<Container>[], name: string | null | undefined): boolean {
  return initContainers.some((container) => container.name === name && container.restartPolicy === 'Always');
}

function firstIsTrue(conditions: readonly View<PodCondition>[], type: string): boolean {
  return conditions.find((condition) => condition.type === type)?.status === 'True';
}
