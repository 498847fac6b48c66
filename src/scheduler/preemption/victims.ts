import { parseTime } from '../../apimachinery/time.js';
import { labelSelectorOf } from '../../apimachinery/label-selector.js';
import type { Typed } from '../../client/client.js';
import type { PodDisruptionBudget } from '../../schema/generated/policy-v1.js';
import type { NodeInfo } from '../node-info.js';
import type { PodFilter } from '../pod-filter.js';
import type { PodInfo } from '../pod-info.js';
import { Rejection } from '../rejection.js';

/** What making room on a node would cost. */
export interface Victims {
  /** The most important first. */
  readonly pods: readonly PodInfo[];
  /** How many of them a disruption budget protects. */
  readonly violations: number;
}

const NO_VICTIMS = Rejection.unresolvable('DefaultPreemption', 'No preemption victims found for incoming pod');

/**
 * The fewest pods that must go so that the pod fits on the node (Go:
 * defaultpreemption.SelectVictimsOnNode).
 * @param now milliseconds since the epoch: when pods without a start count as started
 */
export function selectVictims(
  filter: PodFilter,
  original: NodeInfo,
  budgets: readonly Typed<PodDisruptionBudget>[],
  now: number,
): Victims | Rejection {
  const node = original.clone();
  const trial = filter.clone();
  const candidates = [...node.pods.values()].filter(({ priority }) => priority < filter.pod.priority);
  if (candidates.length === 0) return NO_VICTIMS;
  for (const candidate of candidates) trial.removePod(candidate, node);
  const rejection = trial.filter(node);
  if (rejection !== undefined) return rejection;
  candidates.sort((a, b) => byImportance(a, b, now));
  const { violating, others } = byBudget(candidates, budgets);
  const victims: PodInfo[] = [];
  // The important ones first: as many as possible may stay.
  const mustGo = (pod: PodInfo): boolean => {
    trial.addPod(pod, node);
    if (trial.filter(node) === undefined) return false;
    trial.removePod(pod, node);
    victims.push(pod);
    return true;
  };
  const violations = violating.filter(mustGo).length;
  for (const pod of others) mustGo(pod);
  return { pods: victims.sort((a, b) => byImportance(a, b, now)), violations };
}

/** Higher priority first, then those that have run longer (Go: util.MoreImportantPod). */
function byImportance(a: PodInfo, b: PodInfo, now: number): number {
  return a.priority !== b.priority ? b.priority - a.priority : startOf(a, now) - startOf(b, now);
}

export function startOf({ pod: { status } }: PodInfo, now: number): number {
  return status.startTime === undefined ? now : parseTime(status.startTime);
}

interface Divided {
  readonly violating: readonly PodInfo[];
  readonly others: readonly PodInfo[];
}

/** Tells apart what disruption budgets protect (Go: filterPodsWithPDBViolation). */
function byBudget(pods: readonly PodInfo[], budgets: readonly Typed<PodDisruptionBudget>[]): Divided {
  const left = budgets.map(({ metadata: { namespace }, spec, status }) => ({
    namespace,
    selector: labelSelectorOf(spec.selector),
    disrupted: status.disruptedPods ?? {},
    allowed: status.disruptionsAllowed ?? 0,
  }));
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const pod of pods) {
    const { labels = {} } = pod.pod.metadata;
    let isViolated = false;
    if (Object.keys(labels).length > 0)
      for (const budget of left) {
        if (budget.namespace !== pod.namespace || budget.selector.isEmpty() || !budget.selector.matches(labels)) continue;
        if (Object.hasOwn(budget.disrupted, pod.name)) continue;
        if (--budget.allowed < 0) isViolated = true;
      }
    (isViolated ? violating : others).push(pod);
  }
  return { violating, others };
}
