import type { PodAffinity, PodSpec } from '../../../schema/generated/core-v1.js';
import type { LabelSelector } from '../../../schema/generated/meta-v1.js';

type Labels = Readonly<Record<string, string>> | undefined;

/**
 * Turns match label keys of a new pod into expressions of the selectors beside
 * them (KEP-3633, KEP-3243; Go: mutatePodAffinity, mutateTopologySpreadConstraints).
 * In place.
 */
export function mergeMatchLabelKeys(spec: PodSpec, labels: Labels): void {
  const { affinity, topologySpreadConstraints } = spec;
  if (affinity?.podAffinity !== undefined) mergeAffinity(affinity.podAffinity, labels);
  if (affinity?.podAntiAffinity !== undefined) mergeAffinity(affinity.podAntiAffinity, labels);
  for (const { labelSelector, matchLabelKeys } of topologySpreadConstraints ?? []) addKeys(labelSelector, matchLabelKeys, 'In', labels);
}

function mergeAffinity(affinity: PodAffinity, labels: Labels): void {
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const terms = [
    ...preferred.map(({ podAffinityTerm }) => podAffinityTerm),
    ...(affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []),
  ];
  for (const { labelSelector, matchLabelKeys, mismatchLabelKeys } of terms) {
    addKeys(labelSelector, matchLabelKeys, 'In', labels);
    addKeys(labelSelector, mismatchLabelKeys, 'NotIn', labels);
  }
}

function addKeys(selector: LabelSelector | undefined, keys: readonly string[] | undefined, operator: 'In' | 'NotIn', labels: Labels): void {
  if (selector === undefined || keys === undefined || labels === undefined) return;
  for (const key of keys) {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (value !== undefined) selector.matchExpressions = [...(selector.matchExpressions ?? []), { key, operator, values: [value] }];
  }
}
