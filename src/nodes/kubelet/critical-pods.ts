import type { Pod } from '../../component-helpers/pods.js';
import { qosClassOf } from '../../component-helpers/quality-of-service.js';
import { isMirrorPod } from './mirror-pod.js';

/** What a node lacks of a resource: thousandths of cores, whole numbers of the rest. */
export interface Shortage {
  readonly name: string;
  readonly amount: number;
}

/** A pod of the node, and what it holds of it in the same units. */
export interface Holder {
  readonly pod: Pod;
  readonly amounts: ReadonlyMap<string, number>;
}

/** Priorities from here on are the system's own (Go: scheduling.SystemCriticalPriority). */
const SYSTEM_CRITICAL = 2_000_000_000;

/** Whether a kubelet makes room for the pod rather than refuse it (Go: types.IsCriticalPod). */
export function isCriticalPod(pod: Pod): boolean {
  return isMirrorPod(pod) || (pod.spec.priority ?? 0) >= SYSTEM_CRITICAL;
}

/** Whether the one may take the other's room (Go: types.Preemptable). */
function mayPreempt(critical: Pod, other: Pod): boolean {
  return (isCriticalPod(critical) && !isCriticalPod(other)) || (critical.spec.priority ?? 0) > (other.spec.priority ?? 0);
}

/**
 * Who has to go so that a critical pod has room: as few as possible, and those first that ask for the least
 * (Go: preemption.getPodsToPreempt). Undefined if even all of them hold too little.
 */
export function victimsOf(critical: Pod, holders: readonly Holder[], shortages: readonly Shortage[]): readonly Holder[] | undefined {
  const candidates = holders.filter(({ pod }) => mayPreempt(critical, pod));
  if (without(shortages, candidates).length > 0) return undefined;
  const of = (qos: string): readonly Holder[] => candidates.filter(({ pod }) => qosClassOf(pod.spec, pod.status) === qos);
  const [bestEffort, burstable] = [of('BestEffort'), of('Burstable')];
  const guaranteed = nearest(of('Guaranteed'), without(shortages, [...bestEffort, ...burstable]));
  const dearer = nearest(burstable, without(shortages, [...bestEffort, ...guaranteed]));
  return [...nearest(bestEffort, without(shortages, [...dearer, ...guaranteed])), ...dearer, ...guaranteed];
}

function held({ amounts }: Holder, name: string): number {
  return name === 'pods' ? 1 : (amounts.get(name) ?? 0);
}

/** What is still lacking when these pods are gone. */
function without(shortages: readonly Shortage[], gone: readonly Holder[]): readonly Shortage[] {
  return shortages
    .map(({ name, amount }) => ({ name, amount: gone.reduce((left, holder) => left - held(holder, name), amount) }))
    .filter(({ amount }) => amount > 0);
}

/** One after the other those that come nearest to what is lacking (Go: getPodsToPreemptByDistance). */
function nearest(pods: readonly Holder[], shortages: readonly Shortage[]): readonly Holder[] {
  const left = [...pods];
  const chosen: Holder[] = [];
  for (let lacking = shortages; lacking.length > 0 && left.length > 0;) {
    const distance = (holder: Holder): number =>
      lacking.reduce((sum, { name, amount }) => sum + (Math.max(0, amount - held(holder, name)) / amount) ** 2, 0);
    left.sort((a, b) => distance(a) - distance(b) || held(a, 'memory') - held(b, 'memory') || held(a, 'cpu') - held(b, 'cpu'));
    const [best] = left.splice(0, 1);
    if (best === undefined) break;
    chosen.push(best);
    lacking = without(lacking, [best]);
  }
  return chosen;
}
