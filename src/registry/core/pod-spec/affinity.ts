import { invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { validateLabelName } from '../../../apimachinery/validation/labels.js';
import { validateLabelSelector } from '../../../apimachinery/validation/label-selector.js';
import { nameIsDnsLabel } from '../../../apimachinery/validation/names.js';
import type { Affinity, NodeAffinity, PodAffinity, PodAffinityTerm } from '../../../schema/generated/core-v1.js';
import { addMessages } from './checks.js';
import { checkMatchLabelKeys } from './match-label-keys.js';
import { checkNodeSelector, checkNodeSelectorTerm } from './node-selector.js';
import type { PodValidationOptions } from './options.js';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Where a pod wants to run (Go: validateAffinity). */
export function checkAffinity(affinity: Affinity, path: FieldPath, options: PodValidationOptions, errors: FieldError[]): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity !== undefined) checkNodeAffinity(nodeAffinity, path.child('nodeAffinity'), options, errors);
  if (podAffinity !== undefined) checkPodAffinity(podAffinity, path.child('podAffinity'), options, errors);
  if (podAntiAffinity !== undefined) checkPodAffinity(podAntiAffinity, path.child('podAntiAffinity'), options, errors);
}

function checkNodeAffinity(affinity: NodeAffinity, path: FieldPath, options: PodValidationOptions, errors: FieldError[]): void {
  const { [REQUIRED]: needed, [PREFERRED]: preferred = [] } = affinity;
  if (needed !== undefined) checkNodeSelector(needed, options.allowInvalidNodeAffinity, path.child(REQUIRED), errors);
  preferred.forEach(({ weight, preference }, i) => {
    const at = path.child(PREFERRED).index(i);
    checkWeight(weight, at, errors);
    checkNodeSelectorTerm(preference, true, at.child('preference'), errors);
  });
}

function checkWeight(weight: number | undefined, path: FieldPath, errors: FieldError[]): void {
  const value = weight ?? 0;
  if (value <= 0 || value > 100) errors.push(invalid(path.child('weight'), value, 'must be in the range 1-100'));
}

function checkPodAffinity(affinity: PodAffinity, path: FieldPath, options: PodValidationOptions, errors: FieldError[]): void {
  affinity[REQUIRED]?.forEach((term, i) => {
    checkTerm(term, path.child(REQUIRED).index(i), options, errors);
  });
  affinity[PREFERRED]?.forEach(({ weight, podAffinityTerm }, i) => {
    const at = path.child(PREFERRED).index(i);
    checkWeight(weight, at, errors);
    checkTerm(podAffinityTerm, at.child('podAffinityTerm'), options, errors);
  });
}

function checkTerm(term: PodAffinityTerm, path: FieldPath, options: PodValidationOptions, errors: FieldError[]): void {
  errors.push(...termSelectorErrors(term, options.allowInvalidAffinitySelector, path));
  for (const name of term.namespaces ?? []) addMessages(path.child('namespace'), name, nameIsDnsLabel(name, false), errors);
  checkMatchLabelKeys(term, path, errors);
  const { topologyKey = '' } = term;
  if (topologyKey === '') errors.push(required(path.child('topologyKey'), 'can not be empty'));
  errors.push(...validateLabelName(topologyKey, path.child('topologyKey')));
}

/** Faults of both selectors of a term (Go: ValidatePodAffinityTermSelector). */
export function termSelectorErrors(term: PodAffinityTerm, allowInvalidLabelValue: boolean, path: FieldPath): FieldError[] {
  const options = { allowInvalidLabelValue };
  return [
    ...validateLabelSelector(term.labelSelector, options, path.child('labelSelector')),
    ...validateLabelSelector(term.namespaceSelector, options, path.child('namespaceSelector')),
  ];
}
