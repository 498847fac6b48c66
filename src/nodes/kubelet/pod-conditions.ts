import { isSidecar } from '../../component-helpers/containers.js';
import type { Container, ContainerStatus, PodCondition, PodSpec } from '../../schema/generated/core-v1.js';

/** What conditions are made from. */
export interface ConditionsInput {
  readonly spec: PodSpec;
  readonly phase: string;
  /** Of init and ordinary containers, by name. */
  readonly statuses: ReadonlyMap<string, ContainerStatus>;
  /** Those that the pod has now; readiness gates and times of transition are read from them. */
  readonly before: readonly PodCondition[];
  /** Whether the pod has its volumes and its network. */
  readonly hasSandbox: boolean;
  readonly generation: number | undefined;
  /** RFC 3339. */
  readonly now: string;
}

type Finding = Pick<PodCondition, 'status' | 'reason' | 'message'>;

const TRUE: Finding = { status: 'True' };

/** Conditions that only the kubelet writes (Go: kubetypes.PodConditionByKubelet). */
const OWN: ReadonlySet<string> = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  'PodResizePending',
  'PodResizeInProgress',
  'AllContainersRestarting',
]);

/** Whether the kubelet, and nobody else, says so. */
export function isKubeletCondition({ type }: PodCondition): boolean {
  return OWN.has(type ?? '');
}

/** The conditions that every pod on a node has, in the kubelet's order (Go: kubelet.generateAPIPodStatus). */
export function podConditions(input: ConditionsInput): PodCondition[] {
  const containersReady = findContainersReady(input);
  const findings: [string, Finding][] = [
    ['PodReadyToStartContainers', { status: input.hasSandbox ? 'True' : 'False' }],
    ['Initialized', findInitialized(input)],
    ['Ready', findReady(input, containersReady)],
    ['ContainersReady', containersReady],
    ['PodScheduled', TRUE],
  ];
  return findings.map(([type, finding]) => condition(type, finding, input));
}

/** A condition whose time of transition is kept while its status stays. */
export function condition(
  type: string,
  finding: Finding,
  { before, generation, now }: Pick<ConditionsInput, 'before' | 'generation' | 'now'>,
): PodCondition {
  const old = before.find((other) => other.type === type);
  return {
    type,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    lastProbeTime: null,
    lastTransitionTime: old?.status === finding.status && old?.lastTransitionTime != null ? old.lastTransitionTime : now,
    ...finding,
  };
}

/** Go prints lists of names as `[a b]`. */
function names(containers: readonly Container[]): string {
  return `[${containers.map(({ name = '' }) => name).join(' ')}]`;
}

function unreadyMessage(unknown: readonly Container[], unready: readonly Container[], word: string): string {
  const parts: string[] = [];
  if (unknown.length > 0) parts.push(`containers with unknown status: ${names(unknown)}`);
  if (unready.length > 0) parts.push(`containers with ${word} status: ${names(unready)}`);
  return parts.join(', ');
}

/** Go: status.GenerateContainersReadyCondition. */
function findContainersReady({ spec, phase, statuses }: ConditionsInput): Finding {
  const counted = [...(spec.initContainers ?? []).filter(isSidecar), ...(spec.containers ?? [])];
  const unknown = counted.filter(({ name = '' }) => !statuses.has(name));
  if (phase === 'Succeeded' && unknown.length === 0) return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = counted.filter(({ name = '' }) => statuses.get(name)?.ready === false);
  const message = unreadyMessage(unknown, unready, 'unready');
  return message === '' ? TRUE : { status: 'False', reason: 'ContainersNotReady', message };
}

/** Go: status.GeneratePodReadyCondition. */
function findReady({ spec, before }: ConditionsInput, containersReady: Finding): Finding {
  if (containersReady.status !== 'True') return containersReady;
  const missing: string[] = [];
  for (const { conditionType = '' } of spec.readinessGates ?? []) {
    const gate = before.find(({ type }) => type === conditionType);
    if (gate === undefined) missing.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (gate.status !== 'True')
      missing.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status ?? ''}`);
  }
  return missing.length === 0 ? TRUE : { status: 'False', reason: 'ReadinessGatesNotReady', message: missing.join(', ') };
}

/** Go: status.GeneratePodInitializedCondition. */
function findInitialized({ spec, phase, statuses, before }: ConditionsInput): Finding {
  const init = spec.initContainers ?? [];
  const unknown = init.filter(({ name = '' }) => !statuses.has(name));
  if (phase === 'Succeeded' && unknown.length === 0) return { status: 'True', reason: 'PodCompleted' };
  if ((spec.containers ?? []).some(({ name = '' }) => hasStarted(statuses.get(name)))) return TRUE;
  const incomplete = init.filter((container) => {
    const status = statuses.get(container.name ?? '');
    return status !== undefined && !(isSidecar(container) ? status.started : status.ready);
  });
  const message = unreadyMessage(unknown, incomplete, 'incomplete');
  if (message === '' || before.some(({ type, status }) => type === 'Initialized' && status === 'True')) return TRUE;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

function hasStarted(status: ContainerStatus | undefined): boolean {
  if (status === undefined) return false;
  return status.state.running !== undefined || status.state.terminated !== undefined || status.lastState.terminated !== undefined;
}
