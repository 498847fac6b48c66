import { duplicate, required, tooMany, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import type { MatchCondition } from '../../schema/generated/admissionregistration-v1.js';
import { checkQualifiedName } from '../core/pod-spec/checks.js';
import { checkExpression } from './expressions.js';

const MAX_CONDITIONS = 64;

/** How the conditions of an object are compiled. */
export interface ConditionContext {
  readonly hasParams: boolean;
}

/** Adds the faults of conditions under which a webhook or policy is asked (KEP-3716). */
export function checkMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  context: ConditionContext,
  path: FieldPath,
  errors: FieldError[],
): void {
  const list = conditions ?? [];
  if (list.length > MAX_CONDITIONS) errors.push(tooMany(path, list.length, MAX_CONDITIONS));
  const names = new Set<string>();
  list.forEach(({ name = '', expression = '' }, i) => {
    const at = path.index(i);
    const trimmed = expression.trim();
    if (trimmed === '') errors.push(required(at.child('expression')));
    else {
      const use = {
        returns: 'bool',
        hasParams: context.hasParams,
        hasAuthorizer: true,
        hasPatchTypes: false,
      } as const;
      checkExpression(trimmed, use, at.child('expression'), errors);
    }
    if (name === '') errors.push(required(at.child('name')));
    else checkQualifiedName(name, at.child('name'), errors);
    if (name !== '' && names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
  });
}
