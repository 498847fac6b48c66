import type { Typed } from '../../../client/client.js';
import type { Node, Pod } from '../../../schema/generated/core-v1.js';
import { affinityTerms, matchesAllTerms, type AffinityTerm, type NamespaceLabels } from '../../affinity-term.js';
import type { SchedulerCache } from '../../cache.js';
import { onNode, onPod } from '../../cluster-event.js';
import type { FilterPlugin, ScorePlugin } from '../../plugin.js';
import type { PodInfo } from '../../pod-info.js';
import { AffinityFiltering, NAME } from './filtering.js';
import { AffinityScoring } from './scoring.js';

/** Pods that want, or don't want, to be near others. */
export function podAffinity(cache: SchedulerCache, namespaceLabels: NamespaceLabels): FilterPlugin & ScorePlugin {
  return {
    name: NAME,
    weight: 2,
    events: [
      onPod(['Add', 'UpdatePodLabel', 'Delete'], (pod, now, old) => mayHelp(pod, now, old, namespaceLabels)),
      onNode(['Add', 'UpdateNodeLabel'], changesDomain),
    ],
    prepare: (pod) => AffinityFiltering.prepare(pod, cache, namespaceLabels),
    prepareScore: (pod) => AffinityScoring.prepare(pod, cache, namespaceLabels),
  };
}

function mayHelp(pod: PodInfo, now: Typed<Pod> | undefined, old: Typed<Pod> | undefined, namespaceLabels: NamespaceLabels): boolean {
  if (now !== undefined && old !== undefined && now.metadata.uid === pod.uid) return true;
  if (isUnplaced(now) || isUnplaced(old)) return false;
  const matches = (terms: readonly AffinityTerm[], other: Typed<Pod>): boolean => matchesAllTerms(terms, other, namespaceLabels);
  const { required, requiredAnti } = pod.affinity;
  if (now !== undefined && old !== undefined)
    return (!matches(required, old) && matches(required, now)) || (matches(requiredAnti, old) && !matches(requiredAnti, now));
  if (now !== undefined) return matches(required, now);
  if (old === undefined) return false;
  return matches(requiredAnti, old) || matches(antiTermsOf(old), pod.pod);
}

function isUnplaced(pod: Typed<Pod> | undefined): boolean {
  return pod !== undefined && !pod.spec.nodeName && !pod.status.nominatedNodeName;
}

function antiTermsOf({ metadata: { namespace = '' }, spec: { affinity } }: Typed<Pod>): readonly AffinityTerm[] {
  return affinityTerms(namespace, affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution);
}

function changesDomain(pod: PodInfo, now: Typed<Node> | undefined, old: Typed<Node> | undefined): boolean {
  const { required, requiredAnti } = pod.affinity;
  const before = (key: string): string | undefined => old?.metadata.labels?.[key];
  const after = (key: string): string | undefined => now?.metadata.labels?.[key];
  const isNear = ({ topologyKey: key }: AffinityTerm): boolean => after(key) !== undefined && after(key) !== before(key);
  const isFar = ({ topologyKey: key }: AffinityTerm): boolean =>
    old === undefined || (before(key) !== undefined && after(key) !== before(key));
  return required.some(isNear) || requiredAnti.some(isFar);
}
