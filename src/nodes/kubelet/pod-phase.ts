import { isSidecar } from '../../component-helpers/containers.js';
import { shouldRestart } from '../../component-helpers/restarts.js';
import type { Container, ContainerStatus, PodPhase, PodSpec } from '../../schema/generated/core-v1.js';

/** Why a container ended that was stopped so that all of its pod start anew (KEP-5532). */
export const RESTARTING_ALL = 'RestartingAllContainers';

export interface PhaseOptions {
  readonly spec: PodSpec;
  /** Of init and ordinary containers, by name. */
  readonly statuses: ReadonlyMap<string, ContainerStatus>;
  /** Whether nothing of the pod will be started again. */
  readonly isTerminal: boolean;
  /** Whether an ordinary container was started before. */
  readonly hasInitialized: boolean;
}

/** The phase that the states of its containers make (Go: kubelet.getPhase). */
export function podPhase({ spec, statuses, isTerminal, hasInitialized }: PhaseOptions): PodPhase {
  const init = countInit(spec, statuses);
  if (init.failedForGood > 0) return 'Failed';
  const { unknown, running, waiting, stopped, stoppedForGood, succeeded } = countOthers(spec, statuses, init);
  if (init.pending > 0 || (init.pendingSidecars > 0 && !hasInitialized) || waiting > 0) return 'Pending';
  if (unknown > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return 'Pending';
  if (!isTerminal && stopped !== stoppedForGood) return 'Running';
  return stopped === succeeded ? 'Succeeded' : 'Failed';
}

interface InitCounts {
  pending: number;
  failedForGood: number;
  pendingSidecars: number;
  running: number;
  waiting: number;
  unknown: number;
}

/** How a container ended last, whether or not it is about to be started again. */
function endOf(status: ContainerStatus): { readonly exitCode: number; readonly reason: string } | undefined {
  const end = status.state.terminated ?? (status.state.waiting === undefined ? undefined : status.lastState.terminated);
  return end === undefined ? undefined : { exitCode: end.exitCode ?? 0, reason: end.reason ?? '' };
}

function isRestartable(container: Container, spec: PodSpec, { exitCode, reason }: { exitCode: number; reason: string }): boolean {
  return shouldRestart(container, spec, exitCode) || reason === RESTARTING_ALL;
}

function countInit(spec: PodSpec, statuses: ReadonlyMap<string, ContainerStatus>): InitCounts {
  const counts: InitCounts = { pending: 0, failedForGood: 0, pendingSidecars: 0, running: 0, waiting: 0, unknown: 0 };
  for (const container of spec.initContainers ?? []) {
    const status = statuses.get(container.name ?? '');
    if (isSidecar(container)) countSidecar(counts, status);
    else {
      const end = status === undefined ? undefined : endOf(status);
      if (end === undefined) counts.pending++;
      else if (end.exitCode !== 0 && !isRestartable(container, spec, end)) counts.failedForGood++;
    }
  }
  return counts;
}

function countSidecar(counts: InitCounts, status: ContainerStatus | undefined): void {
  if (status === undefined) counts.unknown++;
  else if (status.state.running !== undefined) {
    if (status.started !== true) counts.pendingSidecars++;
    counts.running++;
  } else if (status.state.waiting !== undefined && status.lastState.terminated === undefined) {
    counts.pendingSidecars++;
    counts.waiting++;
  }
}

interface Counts {
  unknown: number;
  running: number;
  waiting: number;
  stopped: number;
  stoppedForGood: number;
  succeeded: number;
}

function countOthers(spec: PodSpec, statuses: ReadonlyMap<string, ContainerStatus>, init: InitCounts): Counts {
  const counts: Counts = {
    ...{ stopped: 0, stoppedForGood: 0, succeeded: 0 },
    unknown: init.unknown,
    running: init.running,
    waiting: init.waiting,
  };
  for (const container of spec.containers ?? []) {
    const status = statuses.get(container.name ?? '');
    if (status === undefined) counts.unknown++;
    else if (status.state.running !== undefined) counts.running++;
    else countStopped(counts, container, status, spec);
  }
  return counts;
}

function countStopped(counts: Counts, container: Container, status: ContainerStatus, spec: PodSpec): void {
  const end = endOf(status);
  if (end === undefined) {
    counts.waiting++;
    return;
  }
  counts.stopped++;
  if (!isRestartable(container, spec, end)) counts.stoppedForGood++;
  // What waits to be started again hasn't succeeded, even if its last attempt did.
  if (status.state.terminated?.exitCode === 0) counts.succeeded++;
}
