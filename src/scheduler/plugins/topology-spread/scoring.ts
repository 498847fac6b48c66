import type { SchedulerCache } from '../../cache.js';
import type { NodeInfo } from '../../node-info.js';
import { MAX_SCORE, type Scoring } from '../../plugin.js';
import type { PodInfo } from '../../pod-info.js';
import { hasAllKeys, isIncluded, type SpreadConstraint } from './constraints.js';

const HOSTNAME = 'kubernetes.io/hostname';

interface WeighedConstraint {
  readonly constraint: SpreadConstraint;
  /** Matching pods by node, for nodes that are domains of their own. */
  readonly byNode: ReadonlyMap<NodeInfo, number>;
  /** Matching pods by domain, for all others. */
  readonly byDomain: ReadonlyMap<string, number>;
  /** Many domains weigh more than few. */
  readonly weight: number;
}

/** Prefers domains that have fewer of the pod's kind (Go: podtopologyspread scoring). */
export class SpreadScoring implements Scoring {
  private readonly ignored = new Set<NodeInfo>();
  private readonly constraints: readonly WeighedConstraint[];
  private readonly nodes: readonly NodeInfo[];

  /** @param needsAllKeys nodes that lack a label of a constraint don't count; the system's defaults take them all the same */
  constructor(
    private readonly pod: PodInfo,
    constraints: readonly SpreadConstraint[],
    nodes: readonly NodeInfo[],
    private readonly needsAllKeys: boolean,
    cache: SchedulerCache,
  ) {
    this.nodes = nodes;
    if (needsAllKeys) for (const node of nodes) if (!hasAllKeys(node.labels, constraints)) this.ignored.add(node);
    this.constraints = constraints.map((constraint) => this.weigh(constraint, constraints, cache));
  }

  score(node: NodeInfo): number {
    if (this.ignored.has(node)) return 0;
    let sum = 0;
    for (const { constraint, byNode, byDomain, weight } of this.constraints) {
      const domain = node.labels[constraint.topologyKey];
      if (domain === undefined) continue;
      const count = constraint.topologyKey === HOSTNAME ? byNode.get(node) : byDomain.get(domain);
      sum += (count ?? 0) * weight + constraint.maxSkew - 1;
    }
    return Math.round(sum);
  }

  normalize(scores: number[]): void {
    let least = Infinity;
    let most = 0;
    for (let i = 0; i < scores.length; i++) {
      if (this.isIgnored(i)) continue;
      least = Math.min(least, scores[i] ?? 0);
      most = Math.max(most, scores[i] ?? 0);
    }
    for (let i = 0; i < scores.length; i++) {
      if (this.isIgnored(i)) scores[i] = 0;
      else scores[i] = most === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (most + least - (scores[i] ?? 0))) / most);
    }
  }

  private isIgnored(i: number): boolean {
    const node = this.nodes[i];
    return node !== undefined && this.ignored.has(node);
  }

  private weigh(constraint: SpreadConstraint, all: readonly SpreadConstraint[], cache: SchedulerCache): WeighedConstraint {
    const byNode = cache.countMatching(this.pod.namespace, constraint.selector);
    if (constraint.topologyKey === HOSTNAME)
      return { constraint, byNode, byDomain: new Map(), weight: weightOf(this.nodes.length - this.ignored.size) };
    const byDomain = new Map<string, number>();
    for (const node of this.nodes) if (!this.ignored.has(node)) byDomain.set(node.labels[constraint.topologyKey] ?? '', 0);
    for (const [node, count] of byNode) {
      if (!node.exists || (this.needsAllKeys && !hasAllKeys(node.labels, all))) continue;
      const domain = node.labels[constraint.topologyKey] ?? '';
      const before = byDomain.get(domain);
      if (before !== undefined && isIncluded(constraint, this.pod, node)) byDomain.set(domain, before + count);
    }
    return { constraint, byNode, byDomain, weight: weightOf(byDomain.size) };
  }
}

function weightOf(domains: number): number {
  return Math.log(domains + 2);
}
