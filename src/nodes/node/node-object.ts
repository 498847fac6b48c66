import { formatTime } from '../../apimachinery/time.js';
import type { Typed } from '../../client/client.js';
import type { ContainerImage, Node, NodeCondition } from '../../schema/generated/core-v1.js';
import { ALLOCATABLE, CAPACITY, DECLARED_FEATURES, nodeImages, RUNTIME_HANDLERS, SYSTEM } from './machine.js';
import type { PlannedNode } from './plan.js';

/** The kubelet's own port, which `nodes/NAME/proxy` leads to. */
export const KUBELET_PORT = 10250;

/** What tells one machine from another. */
export interface MachineIds {
  readonly machineID: string;
  readonly systemUUID: string;
  readonly bootID: string;
}

export interface InitialNodeOptions {
  readonly ids: MachineIds;
  readonly kubeletVersion: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly images: Iterable<ContainerImage>;
}

/** What a kubelet registers (Go: kubelet.initialNode). */
export function initialNode(planned: PlannedNode, { ids, kubeletVersion, now, images }: InitialNodeOptions): Typed<Node> {
  const { name } = planned;
  const { operatingSystem, architecture } = SYSTEM;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': operatingSystem,
        'kubernetes.io/arch': architecture,
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': operatingSystem,
      },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: {},
    status: {
      addresses: [
        { type: 'InternalIP', address: planned.address },
        { type: 'Hostname', address: name },
      ],
      capacity: CAPACITY,
      allocatable: ALLOCATABLE,
      conditions: healthyConditions(formatTime(now)),
      daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
      nodeInfo: { ...ids, ...SYSTEM, kubeletVersion, kubeProxyVersion: '' },
      images: nodeImages(images),
      runtimeHandlers: RUNTIME_HANDLERS,
      features: { supplementalGroupsPolicy: true },
      declaredFeatures: [...DECLARED_FEATURES],
    },
  };
}

const HEALTHY = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

/** Conditions of a node that lacks nothing; what held before keeps its time of transition. */
export function healthyConditions(time: string, before: readonly NodeCondition[] = []): NodeCondition[] {
  return HEALTHY.map(([type, status, reason, message]) => {
    const old = before.find((condition) => condition.type === type);
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : time;
    return { type, status, lastHeartbeatTime: time, lastTransitionTime, reason, message };
  });
}

type Resources = Readonly<Record<string, string>>;

/** What a kubelet would change in its node's status now; undefined if nothing but the time of the heartbeat. */
export function statusPatch(node: Typed<Node>, images: Iterable<ContainerImage>, now: number, isHeartbeatDue: boolean): object | undefined {
  const { conditions = [], capacity = {}, allocatable = {}, images: listed = [] } = node.status;
  const patch: Record<string, unknown> = {};
  const fresh = healthyConditions(formatTime(now), conditions);
  const isStale = fresh.some(
    ({ type, status, reason }) => !conditions.some((old) => old.type === type && old.status === status && old.reason === reason),
  );
  if (isStale || isHeartbeatDue) patch['conditions'] = fresh;
  const changed = allocatableChanges(capacity, allocatable);
  if (changed !== undefined) patch['allocatable'] = changed;
  const wanted = nodeImages(images);
  if (!sameImages(wanted, listed)) patch['images'] = wanted;
  return Object.keys(patch).length === 0 ? undefined : { status: patch };
}

/** Resources that others put into or took out of the capacity may be had, or no more, as it says (Go: nodestatus.MachineInfo). */
function allocatableChanges(capacity: Resources, allocatable: Resources): Record<string, string | null> | undefined {
  const changes: Record<string, string | null> = {};
  for (const [name, amount] of Object.entries(capacity)) {
    if (!Object.hasOwn(CAPACITY, name) && allocatable[name] !== amount) changes[name] = amount;
  }
  for (const name of Object.keys(allocatable)) if (!Object.hasOwn(capacity, name)) changes[name] = null;
  return Object.keys(changes).length === 0 ? undefined : changes;
}

/** Images never change under a name, so their number and names tell. */
function sameImages(a: readonly ContainerImage[], b: readonly ContainerImage[]): boolean {
  return a.length === b.length && a.every(({ names }, i) => names?.[0] === b[i]?.names?.[0]);
}
