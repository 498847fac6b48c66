import { invalid, required, tooLong, tooMany, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { longerThan } from '../../apimachinery/validation/messages.js';
import { validateNonnegativeField } from '../../apimachinery/validation/object-meta.js';
import type { SuccessPolicy, SuccessPolicyRule } from '../../schema/generated/batch-v1.js';
import { countIndexes, IndexesError } from './indexes.js';

const MAX_RULES = 20;
/** Bytes. */
const MAX_INDEXES_LENGTH = 64 * 1024;

/** Faults of what makes an indexed job succeed early (KEP-3998). */
export function checkSuccessPolicy(policy: SuccessPolicy, completions: number, path: FieldPath, errors: FieldError[]): void {
  const rules = policy.rules ?? [];
  const rulesPath = path.child('rules');
  if (rules.length === 0) errors.push(required(rulesPath, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > MAX_RULES) errors.push(tooMany(rulesPath, rules.length, MAX_RULES));
  rules.forEach((rule, i) => {
    checkRule(rule, completions, rulesPath.index(i), errors);
  });
}

function checkRule(
  { succeededCount, succeededIndexes }: SuccessPolicyRule,
  completions: number,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (succeededCount === undefined && succeededIndexes === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  const named =
    succeededIndexes === undefined ? undefined : checkIndexes(succeededIndexes, completions, path.child('succeededIndexes'), errors);
  if (succeededCount === undefined) return;
  const countPath = path.child('succeededCount');
  errors.push(...validateNonnegativeField(succeededCount, countPath));
  if (succeededCount > completions) {
    errors.push(
      invalid(countPath, succeededCount, `must be less than or equal to ${String(completions)} (the number of specified completions)`),
    );
  }
  if (named !== undefined && succeededCount > named) {
    const limit = `must be less than or equal to ${String(named)} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalid(countPath, succeededCount, limit));
  }
}

/** The number of indexes, 0 if they can't be read. */
function checkIndexes(text: string, completions: number, path: FieldPath, errors: FieldError[]): number {
  if (longerThan(text, MAX_INDEXES_LENGTH)) errors.push(tooLong(path, MAX_INDEXES_LENGTH));
  try {
    return countIndexes(text, completions);
  } catch (error) {
    if (!(error instanceof IndexesError)) throw error;
    errors.push(invalid(path, text, `error parsing succeededIndexes: ${error.message}`));
    return 0;
  }
}
