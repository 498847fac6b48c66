import { computeQosClass } from '../../component-helpers/quality-of-service.js';
import { formatTime } from '../../apimachinery/time.js';
import type { Amounts } from '../../component-helpers/aggregate-resources.js';
import { containersOf, isSidecar, type ContainerField } from '../../component-helpers/containers.js';
import { effectiveLimits, podRequests } from '../../component-helpers/pod-resources.js';
import type { Pod } from '../../component-helpers/pods.js';
import type { ContainerStatus, PodCondition, PodSpec, PodStatus, ResourceList } from '../../schema/generated/core-v1.js';
import { exitOf, isRunning, type ContainerRecord } from './container-record.js';
import { containerStatus } from './container-status.js';
import { isKubeletCondition, podConditions } from './pod-conditions.js';
import { podPhase } from './pod-phase.js';

/** Why a pod was ended from outside: by its deadline, an eviction or a refusal. */
export interface Verdict {
  readonly reason: string;
  readonly message: string;
}

/** What a kubelet knows of a pod. */
export interface PodFacts {
  /** As the API server has it. */
  readonly pod: Pod;
  readonly records: ReadonlyMap<string, ContainerRecord>;
  readonly hasSandbox: boolean;
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  readonly isTerminal: boolean;
  readonly verdict?: Verdict | undefined;
  /** Of the kubelet, besides those that every pod has. */
  readonly further: readonly PodCondition[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The status of a pod on a node, without what others own (Go: kubelet.generateAPIPodStatus). */
export function podStatus(facts: PodFacts): PodStatus {
  const { pod, records, podIPs, hostIPs } = facts;
  const { spec, status: before } = pod;
  const areOver = facts.isTerminal && isInitialized(facts);
  const list = (field: ContainerField): ContainerStatus[] =>
    containersOf(spec, field).flatMap((container) => {
      const record = records.get(container.name ?? '');
      if (record === undefined) return [];
      const status = containerStatus(container, record, spec);
      return [areOver && field === 'containers' ? ended(status) : status];
    });
  const own = { initContainerStatuses: list('initContainers'), containerStatuses: list('containers').sort(byName) };
  const ephemeral = list('ephemeralContainers').sort(byName);
  const statuses = new Map([...own.initContainerStatuses, ...own.containerStatuses].map((status) => [status.name ?? '', status]));
  const phase = phaseOf(facts, statuses);
  const now = formatTime(facts.now);
  const { generation } = pod.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    ...whyOf(facts, phase),
    conditions: [
      ...(before.conditions ?? []).filter(
        (condition) => !isKubeletCondition(condition) && !facts.further.some(({ type }) => type === condition.type),
      ),
      ...facts.further,
      ...podConditions({ spec, phase, statuses, before: before.conditions ?? [], hasSandbox: facts.hasSandbox, generation, now }),
    ],
    hostIP: hostIPs[0],
    hostIPs: hostIPs.map((ip) => ({ ip })),
    ...(podIPs.length === 0 ? {} : { podIP: podIPs[0], podIPs: podIPs.map((ip) => ({ ip })) }),
    startTime: before.startTime ?? now,
    ...(own.initContainerStatuses.length === 0 ? {} : { initContainerStatuses: own.initContainerStatuses }),
    containerStatuses: own.containerStatuses,
    ...(ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: ephemeral }),
    qosClass: before.qosClass ?? computeQosClass(spec),
    ...resourcesOf(spec),
  };
}

/** Whether the ordinary containers had their turn (Go: status.hasPodInitialized). */
function isInitialized({ pod: { spec }, records }: PodFacts): boolean {
  const last = spec.initContainers?.at(-1);
  if (last === undefined || hasStartedContainers(records)) return true;
  const record = records.get(last.name ?? '');
  if (record === undefined) return false;
  return isSidecar(last) ? isRunning(record) && record.started : exitOf(record)?.exitCode === 0;
}

function hasStartedContainers(records: ReadonlyMap<string, ContainerRecord>): boolean {
  return [...records.values()].some(({ field, attempts }) => field === 'containers' && attempts > 0);
}

/** Once a pod is over, what never ran or waits to run again counts as failed (Go: status.TerminatePod). */
function ended(status: ContainerStatus): ContainerStatus {
  if (status.state.terminated !== undefined) return status;
  const message = 'The container could not be located when the pod was terminated';
  return {
    ...status,
    state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message, startedAt: null, finishedAt: null } },
  };
}

function byName(a: ContainerStatus, b: ContainerStatus): number {
  return (a.name ?? '') < (b.name ?? '') ? -1 : 1;
}

/** What has ended stays ended. */
function phaseOf({ pod, records, isTerminal, verdict }: PodFacts, statuses: ReadonlyMap<string, ContainerStatus>): string {
  const { phase } = pod.status;
  if (phase === 'Failed' || phase === 'Succeeded') return phase;
  const found = podPhase({ spec: pod.spec, statuses, isTerminal, hasInitialized: hasStartedContainers(records) });
  if (!isTerminal) return found === 'Failed' || found === 'Succeeded' ? lastPhase(phase) : found;
  return verdict !== undefined || (found !== 'Succeeded' && found !== 'Failed') ? 'Failed' : found;
}

/** A pod doesn't end before its last container has. */
function lastPhase(phase: string | undefined): string {
  return phase === undefined || phase === '' ? 'Pending' : phase;
}

/** Reason and message belong to the phase. */
function whyOf({ pod, verdict, isTerminal }: PodFacts, phase: string): Pick<PodStatus, 'reason' | 'message'> {
  if (verdict !== undefined && isTerminal) return verdict;
  const { reason, message, phase: before } = pod.status;
  if (before !== phase) return {};
  return { ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
}

/** What the pod as a whole was given (KEP-5419). */
function resourcesOf(spec: PodSpec): Pick<PodStatus, 'allocatedResources' | 'resources'> {
  const requests = listOf(podRequests(spec));
  const limits = listOf(effectiveLimits({ spec, status: {} }));
  return {
    ...(requests === undefined ? {} : { allocatedResources: requests }),
    resources: { ...(limits === undefined ? {} : { limits }), ...(requests === undefined ? {} : { requests }) },
  };
}

function listOf(amounts: Amounts): ResourceList | undefined {
  if (amounts.size === 0) return undefined;
  return Object.fromEntries(Array.from(amounts, ([name, amount]) => [name, amount.toString()]));
}
