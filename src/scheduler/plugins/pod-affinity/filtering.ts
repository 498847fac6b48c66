import { matchesAllTerms, type AffinityTerm, type NamespaceLabels } from '../../affinity-term.js';
import type { SchedulerCache } from '../../cache.js';
import type { NodeInfo } from '../../node-info.js';
import type { Filtering } from '../../plugin.js';
import type { PodInfo } from '../../pod-info.js';
import { Rejection } from '../../rejection.js';
import { TopologyCounts } from './topology-counts.js';

export const NAME = 'InterPodAffinity';

const NO_AFFINITY = Rejection.unresolvable(NAME, "node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = Rejection.unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
const EXISTING_ANTI_AFFINITY = Rejection.unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");

/** Required affinity and anti-affinity between the pod and those that are there (Go: interpodaffinity filtering). */
export class AffinityFiltering implements Filtering {
  private constructor(
    private readonly pod: PodInfo,
    private readonly namespaceLabels: NamespaceLabels,
    /** Pods that don't want this one near. */
    private readonly repelling: TopologyCounts,
    /** Pods that this one wants near. */
    private readonly wanted: TopologyCounts,
    /** Pods that this one doesn't want near. */
    private readonly unwanted: TopologyCounts,
  ) {}

  /** Undefined if no term concerns the pod. */
  static prepare(pod: PodInfo, cache: SchedulerCache, namespaceLabels: NamespaceLabels): AffinityFiltering | undefined {
    const filtering = new AffinityFiltering(pod, namespaceLabels, new TopologyCounts(), new TopologyCounts(), new TopologyCounts());
    for (const node of cache.withRequiredAntiAffinity)
      if (node.exists) for (const other of node.podsWithRequiredAntiAffinity) filtering.countRepelling(other, node, 1);
    const { required, requiredAnti } = pod.affinity;
    if (required.length === 0 && requiredAnti.length === 0) return filtering.repelling.isEmpty ? undefined : filtering;
    for (const { info, node } of podsNamedBy([...required, ...requiredAnti], cache)) filtering.countOwn(info, node, 1);
    return filtering;
  }

  filter(node: NodeInfo): Rejection | undefined {
    if (!this.isNearWanted(node)) return NO_AFFINITY;
    if (this.pod.affinity.requiredAnti.some(({ topologyKey }) => this.unwanted.of(node, topologyKey) > 0)) return ANTI_AFFINITY;
    return this.repelling.hasAny(node) ? EXISTING_ANTI_AFFINITY : undefined;
  }

  addPod(pod: PodInfo, node: NodeInfo): void {
    this.countRepelling(pod, node, 1);
    this.countOwn(pod, node, 1);
  }

  removePod(pod: PodInfo, node: NodeInfo): void {
    this.countRepelling(pod, node, -1);
    this.countOwn(pod, node, -1);
  }

  clone(): AffinityFiltering {
    const { pod, namespaceLabels, repelling, wanted, unwanted } = this;
    return new AffinityFiltering(pod, namespaceLabels, repelling.clone(), wanted.clone(), unwanted.clone());
  }

  private isNearWanted(node: NodeInfo): boolean {
    const { required } = this.pod.affinity;
    let arePodsThere = true;
    for (const { topologyKey } of required) {
      if (node.labels[topologyKey] === undefined) return false;
      if (this.wanted.of(node, topologyKey) <= 0) arePodsThere = false;
    }
    // The first of a group of pods that want to be near each other must go somewhere.
    return arePodsThere || (this.wanted.isEmpty && matchesAllTerms(required, this.pod.pod, this.namespaceLabels));
  }

  private countRepelling(other: PodInfo, node: NodeInfo, by: 1 | -1): void {
    for (const term of other.affinity.requiredAnti)
      if (term.matches(this.pod.pod, this.namespaceLabels)) this.repelling.add(node, term.topologyKey, by);
  }

  private countOwn({ pod }: PodInfo, node: NodeInfo, by: 1 | -1): void {
    const { required, requiredAnti } = this.pod.affinity;
    if (matchesAllTerms(required, pod, this.namespaceLabels))
      for (const { topologyKey } of required) this.wanted.add(node, topologyKey, by);
    for (const term of requiredAnti) if (term.matches(pod, this.namespaceLabels)) this.unwanted.add(node, term.topologyKey, by);
  }
}

/** The pods that terms may match: those of the namespaces that they name, or all. */
export function podsNamedBy(
  terms: readonly AffinityTerm[],
  cache: SchedulerCache,
): Iterable<{ readonly info: PodInfo; readonly node: NodeInfo }> {
  if (!terms.every(({ hasFixedNamespaces }) => hasFixedNamespaces)) return cache.allPods();
  return podsOfAll(new Set(terms.flatMap(({ namespaces }) => namespaces)), cache);
}

function* podsOfAll(namespaces: ReadonlySet<string>, cache: SchedulerCache): Iterable<{ readonly info: PodInfo; readonly node: NodeInfo }> {
  for (const namespace of namespaces) yield* cache.podsOf(namespace);
}
