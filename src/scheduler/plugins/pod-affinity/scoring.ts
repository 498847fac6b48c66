import type { NamespaceLabels, WeightedAffinityTerm } from '../../affinity-term.js';
import type { SchedulerCache } from '../../cache.js';
import type { NodeInfo } from '../../node-info.js';
import { MAX_SCORE, type Scoring } from '../../plugin.js';
import type { PodInfo } from '../../pod-info.js';
import { podsNamedBy } from './filtering.js';
import { TopologyCounts } from './topology-counts.js';

/** What a pod's required affinity is worth to pods that come later (Go: InterPodAffinityArgs.HardPodAffinityWeight). */
const HARD_WEIGHT = 1;

/** Preferred affinity and anti-affinity, in both directions (Go: interpodaffinity scoring). */
export class AffinityScoring implements Scoring {
  private constructor(private readonly counts: TopologyCounts) {}

  /** Undefined if no term concerns the pod. */
  static prepare(pod: PodInfo, cache: SchedulerCache, namespaceLabels: NamespaceLabels): AffinityScoring | undefined {
    const counts = new TopologyCounts();
    const add = (terms: readonly WeightedAffinityTerm[], subject: PodInfo, node: NodeInfo, sign: 1 | -1): void => {
      for (const { term, weight } of terms)
        if (term.matches(subject.pod, namespaceLabels)) counts.add(node, term.topologyKey, sign * weight);
    };
    const { preferred, preferredAnti } = pod.affinity;
    const own = [...preferred, ...preferredAnti].map(({ term }) => term);
    if (own.length > 0)
      for (const { info, node } of podsNamedBy(own, cache)) {
        add(preferred, info, node, 1);
        add(preferredAnti, info, node, -1);
      }
    for (const node of cache.withAffinity) {
      if (!node.exists) continue;
      for (const other of node.podsWithAffinity) {
        for (const term of other.affinity.required)
          if (term.matches(pod.pod, namespaceLabels)) counts.add(node, term.topologyKey, HARD_WEIGHT);
        add(other.affinity.preferred, pod, node, 1);
        add(other.affinity.preferredAnti, pod, node, -1);
      }
    }
    return counts.isEmpty ? undefined : new AffinityScoring(counts);
  }

  score(node: NodeInfo): number {
    return this.counts.sum(node);
  }

  normalize(scores: number[]): void {
    let least = Infinity;
    let most = -Infinity;
    for (const score of scores) {
      least = Math.min(least, score);
      most = Math.max(most, score);
    }
    const range = most - least;
    for (let i = 0; i < scores.length; i++) scores[i] = range > 0 ? Math.trunc(MAX_SCORE * (((scores[i] ?? 0) - least) / range)) : 0;
  }
}
