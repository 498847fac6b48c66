import type { NodeInfo } from '../node-info.js';
import { startOf, type Victims } from './victims.js';

/** A node on which room can be made. */
export interface Candidate {
  readonly node: NodeInfo;
  readonly victims: Victims;
}

/** Priorities are counted from the lowest that there can be, so that fewer pods are better than many unimportant ones. */
const PRIORITY_OFFSET = 2 ** 31;

/**
 * The node where preemption does the least harm (Go: pickOneNodeForPreemption):
 * fewest violated budgets, then the least important victims, then fewest, then the youngest.
 */
export function pickCandidate(candidates: readonly Candidate[], now: number): Candidate | undefined {
  const costs: readonly ((victims: Victims) => number)[] = [
    ({ violations }) => violations,
    ({ pods }) => pods[0]?.priority ?? 0,
    ({ pods }) => pods.reduce((sum, { priority }) => sum + priority + PRIORITY_OFFSET, 0),
    ({ pods }) => pods.length,
    (victims) => -earliestStart(victims, now),
  ];
  let best = candidates;
  for (const cost of costs) {
    if (best.length <= 1) break;
    const least = Math.min(...best.map(({ victims }) => cost(victims)));
    best = best.filter(({ victims }) => cost(victims) === least);
  }
  return best[0];
}

/** When the first of the most important victims started. */
function earliestStart({ pods }: Victims, now: number): number {
  const highest = pods[0]?.priority;
  return Math.min(...pods.filter(({ priority }) => priority === highest).map((pod) => startOf(pod, now)));
}
