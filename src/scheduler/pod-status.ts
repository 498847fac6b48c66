import { formatTime } from '../apimachinery/time.js';
import type { Client, Typed } from '../client/client.js';
import { PODS } from '../component-helpers/resources.js';
import type { Pod, PodCondition } from '../schema/generated/core-v1.js';

export interface StatusChange {
  readonly condition?: Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'> | undefined;
  /** Empty takes the nomination back; absent leaves it. */
  readonly nominatedNodeName?: string | undefined;
}

/**
 * Patches the status of a pod, if that changes anything (Go: scheduler.updatePod).
 * @param now milliseconds since the epoch
 */
export async function patchStatus(client: Client, pod: Typed<Pod>, change: StatusChange, now: number): Promise<void> {
  const status: Record<string, unknown> = {};
  const condition = change.condition && changedCondition(pod, change.condition, now);
  if (condition !== undefined) {
    const types = new Set((pod.status.conditions ?? []).map(({ type }) => type)).add(condition.type);
    status['$setElementOrder/conditions'] = [...types].map((type) => ({ type }));
    status['conditions'] = [condition];
  }
  const { nominatedNodeName } = change;
  if (nominatedNodeName !== undefined && nominatedNodeName !== (pod.status.nominatedNodeName ?? ''))
    status['nominatedNodeName'] = nominatedNodeName === '' ? null : nominatedNodeName;
  if (Object.keys(status).length === 0) return;
  const { namespace, name = '' } = pod.metadata;
  await client.patch({ resource: PODS, namespace, subresource: 'status' }, name, 'strategic', { status });
}

/** The condition as it is to be; undefined if it says the same already (Go: podutil.UpdatePodCondition). */
function changedCondition(
  { metadata, status }: Typed<Pod>,
  wanted: NonNullable<StatusChange['condition']>,
  now: number,
): PodCondition | undefined {
  const old = status.conditions?.find(({ type }) => type === wanted.type);
  const unchanged = old?.status === wanted.status ? old : undefined;
  if (unchanged?.reason === wanted.reason && unchanged?.message === wanted.message) return undefined;
  return {
    ...wanted,
    observedGeneration: metadata.generation,
    lastProbeTime: null,
    lastTransitionTime: unchanged === undefined ? formatTime(now) : unchanged.lastTransitionTime,
  };
}
