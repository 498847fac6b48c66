import type { EventOfInterest } from './cluster-event.js';
import type { NodeInfo } from './node-info.js';
import type { PodInfo } from './pod-info.js';
import type { Rejection } from './rejection.js';

/** Waits without being busy: a cluster that waits so counts as settled. */
export type WhileIdle = (wait: Promise<void>) => Promise<void>;

/** Scores are brought to 0 … 100 before they are weighted. */
export const MAX_SCORE = 100;

/**
 * One plugin's part in deciding where one pod may go, with what it found out
 * beforehand (Go: the PreFilter state of a plugin).
 */
export interface Filtering {
  /** Only these nodes are worth looking at; all if absent. */
  readonly nodeNames?: ReadonlySet<string> | undefined;
  /** Undefined if the pod may go there. */
  filter(node: NodeInfo): Rejection | undefined;
  /** As if another pod were on the node. Whoever has one of these has the other and `clone`. */
  addPod?(pod: PodInfo, node: NodeInfo): void;
  removePod?(pod: PodInfo, node: NodeInfo): void;
  /** A copy to try things out on. */
  clone?(): Filtering;
  /** Sets aside what the pod needs on its node; what is set aside is seen by the pods that follow. */
  reserve?(node: NodeInfo): Rejection | undefined;
  unreserve?(node: NodeInfo): void;
  /** Whether `preBind` has something to do there. */
  needsPreBind?(node: NodeInfo): boolean;
  /**
   * Makes ready what the pod needs before it is bound; a rejection has the pod tried again later.
   * What may take others as long as they like is awaited through `whileIdle`.
   */
  preBind?(node: NodeInfo, whileIdle: WhileIdle): Promise<void>;
}

/** Decides which nodes a pod may go to. */
export interface FilterPlugin {
  /** Go: scheduler/framework/plugins/names. */
  readonly name: string;
  /** What may change its mind. */
  readonly events: readonly EventOfInterest[];
  /** Undefined if every node will do; a rejection if none will. */
  prepare(pod: PodInfo): Filtering | Rejection | undefined;
}

/** One plugin's part in choosing among the nodes that a pod may go to. */
export interface Scoring {
  /** Any whole number, or 0 … 100 if there is no `normalize`. */
  score(node: NodeInfo): number;
  /** Brings the scores of all nodes, in their order, to 0 … 100 in place. */
  normalize?(scores: number[]): void;
}

/** Says which nodes suit a pod best. */
export interface ScorePlugin {
  readonly name: string;
  readonly weight: number;
  /** Undefined if it makes no difference. */
  prepareScore(pod: PodInfo, nodes: readonly NodeInfo[]): Scoring | undefined;
}

/** The highest score becomes 100, or 0 if less is better (Go: helper.DefaultNormalizeScore). */
export function normalizeByHighest(scores: number[], isReversed: boolean): void {
  let highest = 0;
  for (const score of scores) if (score > highest) highest = score;
  for (let i = 0; i < scores.length; i++) {
    const score = highest === 0 ? 0 : Math.trunc((MAX_SCORE * (scores[i] ?? 0)) / highest);
    scores[i] = isReversed ? MAX_SCORE - score : score;
  }
}
