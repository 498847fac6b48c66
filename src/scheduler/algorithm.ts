import type { Random } from '../apimachinery/random.js';
import type { SchedulerCache } from './cache.js';
import { Diagnosis } from './diagnosis.js';
import type { NodeInfo } from './node-info.js';
import type { FilterPlugin, ScorePlugin } from './plugin.js';
import { PodFilter, type NominatedOn } from './pod-filter.js';
import type { PodInfo } from './pod-info.js';
import { Rejection } from './rejection.js';

/** Below this number of nodes all are looked at. */
const FEW_NODES = 100;
/** The least share of nodes that are looked at in large clusters. */
const LEAST_PERCENTAGE = 5;

export interface AlgorithmOptions {
  readonly cache: SchedulerCache;
  readonly random: Random;
  readonly filters: readonly FilterPlugin[];
  readonly scores: readonly ScorePlugin[];
  readonly nominatedOn: NominatedOn;
}

/** Where a pod is to go, or why it can go nowhere. */
export type Decision =
  | { readonly node: NodeInfo; readonly filter: PodFilter }
  | { readonly node: undefined; readonly filter: PodFilter | undefined; readonly diagnosis: Diagnosis };

/** Finds the node for a pod: filters, then scores (Go: scheduler/schedule_one.go). */
export class SchedulingAlgorithm {
  /** Where the next search begins, so that all nodes have their turn. */
  private start = 0;

  constructor(private readonly options: AlgorithmOptions) {}

  decide(pod: PodInfo): Decision {
    const { cache, filters, nominatedOn } = this.options;
    const diagnosis = new Diagnosis(cache.nodes.length);
    const filter = PodFilter.prepare(pod, filters, nominatedOn);
    if (filter instanceof Rejection) {
      diagnosis.rejectAll(filter);
      return { node: undefined, filter: undefined, diagnosis };
    }
    const feasible = this.nominated(pod, filter, diagnosis) ?? this.search(filter, diagnosis);
    const [first] = feasible;
    if (first === undefined) return { node: undefined, filter, diagnosis };
    return { node: feasible.length === 1 ? first : this.best(pod, feasible, first), filter };
  }

  /** The node that room was made on, if the pod may go there now. */
  private nominated({ pod }: PodInfo, filter: PodFilter, diagnosis: Diagnosis): readonly NodeInfo[] | undefined {
    const name = pod.status.nominatedNodeName ?? '';
    const node = name === '' ? undefined : this.options.cache.node(name);
    if (node === undefined) return undefined;
    const rejection = filter.filter(node);
    if (rejection === undefined) return [node];
    diagnosis.reject(node, rejection);
    return undefined;
  }

  private search(filter: PodFilter, diagnosis: Diagnosis): readonly NodeInfo[] {
    const nodes = this.candidates(filter, diagnosis);
    const enough = nodesToFind(nodes.length);
    const feasible: NodeInfo[] = [];
    for (let i = 0; i < nodes.length && feasible.length < enough; i++) {
      const node = nodes[(this.start + i) % nodes.length];
      if (node === undefined) continue;
      const rejection = filter.filter(node);
      if (rejection === undefined) feasible.push(node);
      else diagnosis.reject(node, rejection);
    }
    this.start = (this.start + feasible.length + diagnosis.nodes.size) % this.options.cache.nodes.length;
    return feasible;
  }

  private candidates({ only }: PodFilter, diagnosis: Diagnosis): readonly NodeInfo[] {
    const { cache } = this.options;
    if (only === undefined) return cache.nodes;
    const message = `node(s) didn't satisfy plugin(s) [${only.plugins.join(' ')}]`;
    for (const plugin of only.plugins) diagnosis.plugins.add(plugin);
    diagnosis.elsewhere = Rejection.unresolvable(only.plugins[0] ?? '', message);
    return [...only.names].flatMap((name) => cache.node(name) ?? []);
  }

  private best(pod: PodInfo, nodes: readonly NodeInfo[], first: NodeInfo): NodeInfo {
    const totals = new Array<number>(nodes.length).fill(0);
    for (const plugin of this.options.scores) {
      const scoring = plugin.prepareScore(pod, nodes);
      if (scoring === undefined) continue;
      const scores = nodes.map((node) => scoring.score(node));
      scoring.normalize?.(scores);
      for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] ?? 0) + plugin.weight * (scores[i] ?? 0);
    }
    return this.anyOfHighest(nodes, totals) ?? first;
  }

  private anyOfHighest(nodes: readonly NodeInfo[], totals: readonly number[]): NodeInfo | undefined {
    let highest = -Infinity;
    let best: NodeInfo[] = [];
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i];
      const total = totals[i] ?? 0;
      if (node === undefined || total < highest) continue;
      if (total > highest) best = [];
      highest = total;
      best.push(node);
    }
    return best.length === 1 ? best[0] : best[this.options.random.int(best.length)];
  }
}

/** How many nodes that fit are enough: fewer in proportion the larger the cluster is (Go: numFeasibleNodesToFind). */
export function nodesToFind(total: number): number {
  if (total < FEW_NODES) return total;
  const percentage = Math.max(50 - Math.trunc(total / 125), LEAST_PERCENTAGE);
  return Math.max(Math.trunc((total * percentage) / 100), FEW_NODES);
}
