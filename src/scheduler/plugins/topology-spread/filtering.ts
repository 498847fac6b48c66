import type { SchedulerCache } from '../../cache.js';
import type { NodeInfo } from '../../node-info.js';
import type { Filtering } from '../../plugin.js';
import type { PodInfo } from '../../pod-info.js';
import { Rejection } from '../../rejection.js';
import { hasAllKeys, isIncluded, type SpreadConstraint } from './constraints.js';

export const NAME = 'PodTopologySpread';

const MESSAGE = "node(s) didn't match pod topology spread constraints";
const SKEWED = Rejection.unschedulable(NAME, MESSAGE);
const NO_LABEL = Rejection.unresolvable(NAME, `${MESSAGE} (missing required label)`);

/** The pods that match one constraint, by domain. */
class Domains {
  private least: number | undefined;

  constructor(
    readonly constraint: SpreadConstraint,
    /** Whether the pod to be scheduled counts itself. */
    readonly countsItself: boolean,
    private readonly counts: Map<string, number>,
  ) {}

  add(domain: string, count: number): void {
    this.counts.set(domain, (this.counts.get(domain) ?? 0) + count);
    this.least = undefined;
  }

  /** How uneven it would be if the pod went to the domain. */
  skew(domain: string): number {
    return (this.counts.get(domain) ?? 0) + (this.countsItself ? 1 : 0) - this.minimum();
  }

  clone(): Domains {
    return new Domains(this.constraint, this.countsItself, new Map(this.counts));
  }

  private minimum(): number {
    if (this.counts.size < this.constraint.minDomains) return 0;
    if (this.least === undefined) {
      this.least = Infinity;
      for (const count of this.counts.values()) if (count < this.least) this.least = count;
    }
    return this.least;
  }
}

/** Keeps the difference between domains within what hard constraints allow (KEP-895). */
export class SpreadFiltering implements Filtering {
  private constructor(
    private readonly pod: PodInfo,
    private readonly domains: readonly Domains[],
  ) {}

  static prepare(pod: PodInfo, constraints: readonly SpreadConstraint[], cache: SchedulerCache): SpreadFiltering {
    const { labels } = pod.pod.metadata;
    const domains = constraints.map((constraint) => new Domains(constraint, constraint.selector.matches(labels), new Map()));
    const matching = constraints.map(({ selector }) => cache.countMatching(pod.namespace, selector));
    for (const node of cache.nodes) {
      if (!hasAllKeys(node.labels, constraints)) continue;
      domains.forEach((domain, i) => {
        if (!isIncluded(domain.constraint, pod, node)) return;
        domain.add(node.labels[domain.constraint.topologyKey] ?? '', matching[i]?.get(node) ?? 0);
      });
    }
    return new SpreadFiltering(pod, domains);
  }

  filter({ labels }: NodeInfo): Rejection | undefined {
    for (const domain of this.domains) {
      const value = labels[domain.constraint.topologyKey];
      if (value === undefined) return NO_LABEL;
      if (domain.skew(value) > domain.constraint.maxSkew) return SKEWED;
    }
    return undefined;
  }

  addPod(pod: PodInfo, node: NodeInfo): void {
    this.count(pod, node, 1);
  }

  removePod(pod: PodInfo, node: NodeInfo): void {
    this.count(pod, node, -1);
  }

  clone(): SpreadFiltering {
    return new SpreadFiltering(
      this.pod,
      this.domains.map((domain) => domain.clone()),
    );
  }

  private count(pod: PodInfo, node: NodeInfo, by: 1 | -1): void {
    if (pod.namespace !== this.pod.namespace) return;
    const constraints = this.domains.map(({ constraint }) => constraint);
    if (!hasAllKeys(node.labels, constraints)) return;
    for (const domain of this.domains) {
      const { constraint } = domain;
      if (!constraint.selector.matches(pod.pod.metadata.labels) || !isIncluded(constraint, this.pod, node)) continue;
      domain.add(node.labels[constraint.topologyKey] ?? '', by);
    }
  }
}
