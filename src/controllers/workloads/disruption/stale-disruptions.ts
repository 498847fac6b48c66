import { formatTime, parseTime } from '../../../apimachinery/time.js';
import type { ComponentContext } from '../../../client/component-context.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import { isPodTerminal, podCondition, type Pod } from '../../../component-helpers/pods.js';
import { PODS } from '../../../component-helpers/resources.js';

const DISRUPTION_TARGET = 'DisruptionTarget';

/** Milliseconds after which a disruption that didn't happen is taken back. */
const STALE = 120_000;

/** Takes back the announcement of disruptions that didn't come (Go: syncStalePodDisruption). */
export function followStaleDisruptions(
  { client, clock, queue }: Pick<ComponentContext, 'client' | 'clock'> & Queue,
  pods: Informer<Pod>,
): void {
  const stale = queue(async (key) => {
    const { namespace, name } = splitKey(key);
    const pod = pods.get(namespace, name);
    const wait = pod === undefined ? undefined : waitOf(pod, clock.now());
    if (pod === undefined || wait === undefined) return;
    if (wait > 0) stale.addAfter(key, wait);
    else await client.update({ resource: PODS, namespace, subresource: 'status' }, withoutDisruption(pod, clock.now()));
  });
  const enqueue = (pod: Pod): void => {
    const wait = waitOf(pod, clock.now());
    if (wait !== undefined) stale.addAfter(keyOf(pod), wait);
  };
  pods.addHandler({ added: enqueue, updated: enqueue });
}

interface Queue {
  readonly queue: ComponentContext['queue'];
}

/** Milliseconds until the condition is stale; undefined if the pod has none that can be. */
function waitOf(pod: Pod, now: number): number | undefined {
  const condition = podCondition(pod, DISRUPTION_TARGET);
  if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined;
  if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return undefined;
  const since = condition.lastTransitionTime == null ? 0 : parseTime(condition.lastTransitionTime);
  return Math.max(0, since + STALE - now);
}

function withoutDisruption(pod: Pod, now: number): Pod {
  const { generation } = pod.metadata;
  const condition = { type: DISRUPTION_TARGET, observedGeneration: generation, status: 'False', lastTransitionTime: formatTime(now) };
  const conditions = (pod.status.conditions ?? []).map((other) => (other.type === DISRUPTION_TARGET ? condition : other));
  return { ...pod, status: { ...pod.status, conditions } };
}
