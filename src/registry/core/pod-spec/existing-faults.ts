import type { FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { validateLabelSelector } from '../../../apimachinery/validation/label-selector.js';
import type { PodAffinity, PodAffinityTerm, PodSpec } from '../../../schema/generated/core-v1.js';
import { termSelectorErrors } from './affinity.js';
import { checkMatchLabelKeys } from './match-label-keys.js';
import { nodeSelectorFaulty } from './node-selector.js';

/** Faults of stored specs: what they have, an update of them may keep. */

const NOWHERE = FieldPath.of('');

function termsOf(affinity: PodAffinity | undefined): PodAffinityTerm[] {
  return [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ];
}

/** Selectors of affinity terms. */
export function podAffinityFaulty({ affinity }: PodSpec): boolean {
  const terms = [...termsOf(affinity?.podAffinity), ...termsOf(affinity?.podAntiAffinity)];
  return terms.some((term) => termSelectorErrors(term, false, NOWHERE).length > 0);
}

/** Values of required node affinity. */
export function nodeAffinityFaulty({ affinity }: PodSpec): boolean {
  return nodeSelectorFaulty(affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []);
}

/** Selectors of topology constraints. */
export function spreadSelectorFaulty({ topologySpreadConstraints = [] }: PodSpec): boolean {
  return topologySpreadConstraints.some(({ labelSelector }) => validateLabelSelector(labelSelector, {}, NOWHERE).length > 0);
}

/** Match label keys of topology constraints. */
export function matchLabelKeysFaulty({ topologySpreadConstraints = [] }: PodSpec): boolean {
  const errors: FieldError[] = [];
  for (const { labelSelector, matchLabelKeys } of topologySpreadConstraints)
    checkMatchLabelKeys({ labelSelector, matchLabelKeys }, NOWHERE, errors);
  return errors.length > 0;
}
