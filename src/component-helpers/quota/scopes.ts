import { newRequirement, type LabelOperator, type Labels } from '../../apimachinery/label-selector.js';
import type { ScopedResourceSelectorRequirement } from '../../schema/generated/core-v1.js';
import type { Quota } from './evaluator.js';

const OPERATORS: Readonly<Record<string, LabelOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** All scopes that a quota is limited to. */
export function scopesOf({ spec }: Quota): ScopedResourceSelectorRequirement[] {
  const named = (spec.scopes ?? []).map((scopeName): ScopedResourceSelectorRequirement => ({ scopeName, operator: 'Exists' }));
  return [...named, ...(spec.scopeSelector?.matchExpressions ?? [])];
}

/** Whether the value of a scope, such as the name of a priority class, is selected; `undefined` is none. */
export function selectsValue(
  { scopeName = '', operator = '', values }: ScopedResourceSelectorRequirement,
  value: string | undefined,
): boolean {
  const known = OPERATORS[operator];
  if (known === undefined) return false;
  const labels: Labels = value === undefined ? {} : { [scopeName]: value };
  return newRequirement(scopeName, known, values ?? []).matches(labels);
}
