import { forbidden, invalid, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { validateLabelName } from '../../../apimachinery/validation/labels.js';
import type { LabelSelector } from '../../../schema/generated/meta-v1.js';

/** A selector and the keys that are added to it from the labels of the pod itself (KEP-3633, KEP-3243). */
interface KeyedSelector {
  readonly labelSelector?: LabelSelector | undefined;
  readonly matchLabelKeys?: readonly string[] | undefined;
  readonly mismatchLabelKeys?: readonly string[] | undefined;
}

const BOTH = 'exists in both matchLabelKeys and labelSelector';

/** Keys of affinity terms and topology constraints (Go: ValidateMatchLabelKeysAndMismatchLabelKeys). */
export function checkMatchLabelKeys(keyed: KeyedSelector, path: FieldPath, errors: FieldError[]): void {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = keyed;
  checkKeys(matchLabelKeys, labelSelector, path.child('matchLabelKeys'), errors);
  checkKeys(mismatchLabelKeys, labelSelector, path.child('mismatchLabelKeys'), errors);
  if (labelSelector !== undefined) checkTwice(matchLabelKeys, labelSelector, path, errors);
  matchLabelKeys.forEach((key, i) => {
    if (mismatchLabelKeys.includes(key))
      errors.push(invalid(path.child('matchLabelKeys').index(i), key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  });
}

function checkKeys(keys: readonly string[], selector: LabelSelector | undefined, path: FieldPath, errors: FieldError[]): void {
  if (keys.length === 0) return;
  if (selector === undefined) {
    errors.push(forbidden(path, 'must not be specified when labelSelector is not set'));
    return;
  }
  keys.forEach((key, i) => {
    errors.push(...validateLabelName(key, path.index(i)));
  });
}

/** The server itself adds one expression a key: a second one with that key was the user's. */
function checkTwice(keys: readonly string[], selector: LabelSelector, path: FieldPath, errors: FieldError[]): void {
  const seen = new Set(Object.keys(selector.matchLabels ?? {}));
  for (const { key = '' } of selector.matchExpressions ?? []) {
    const index = keys.lastIndexOf(key);
    if (index >= 0 && seen.has(key)) errors.push(invalid(path.index(index), key, BOTH));
    seen.add(key);
  }
}

/** The rules of topology constraints from before keys were merged into the selector (Go: ValidateMatchLabelKeysInTopologySpread). */
export function checkLegacyMatchLabelKeys(keyed: KeyedSelector, path: FieldPath, errors: FieldError[]): void {
  const { labelSelector, matchLabelKeys = [] } = keyed;
  if (matchLabelKeys.length === 0) return;
  if (labelSelector === undefined) errors.push(forbidden(path, 'must not be specified when labelSelector is not set'));
  const selected = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key = '' } of labelSelector?.matchExpressions ?? []) selected.add(key);
  matchLabelKeys.forEach((key, i) => {
    errors.push(...validateLabelName(key, path.index(i)));
    if (selected.has(key)) errors.push(invalid(path.index(i), key, BOTH));
  });
}
