import { goQuote } from '../../apimachinery/field-error.js';
import { parseFieldSelector, type FieldRequirement } from '../../apimachinery/field-selector.js';
import { newRequirement, parseLabelSelector, type LabelOperator } from '../../apimachinery/label-selector.js';
import { badRequest, StatusError } from '../../apimachinery/status.js';

/** fieldSelector or labelSelector of authorization.k8s.io ResourceAttributes. */
export interface SelectorAttributes {
  readonly rawSelector?: string | undefined;
  readonly requirements?: readonly SelectorRequirement[] | undefined;
}

/** metav1.FieldSelectorRequirement and LabelSelectorRequirement. */
export interface SelectorRequirement {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly values?: readonly string[] | undefined;
}

/** What could be understood of a selector; what could not is left out. */
export interface ParsedSelector<T> {
  readonly requirements: readonly T[];
  readonly faulty: boolean;
}

/** The terms of a field selector in either form. */
export function fieldRequirements({ rawSelector, requirements = [] }: SelectorAttributes): ParsedSelector<FieldRequirement> {
  if (requirements.length > 0) return gather(requirements, fieldRequirement);
  return whole(() => parseFieldSelector(rawSelector ?? '').requirements);
}

/** How many terms of a label selector there are; no authorizer looks at them yet. */
export function labelRequirements({ rawSelector, requirements = [] }: SelectorAttributes): ParsedSelector<unknown> {
  if (requirements.length > 0) return gather(requirements, labelRequirement);
  return whole(() => parseLabelSelector(rawSelector ?? '').requirements);
}

function fieldRequirement({ key = '', operator = '', values = [] }: SelectorRequirement): FieldRequirement {
  const [value] = values;
  if (values.length > 1) throw badRequest('fieldSelectors do not yet support multiple values');
  if (operator !== 'In' && operator !== 'NotIn') throw badRequest(`${goQuote(operator)} is not a valid field selector operator`);
  if (value === undefined) throw badRequest('fieldSelectors must have one value');
  return { field: key, operator: operator === 'In' ? '=' : '!=', value };
}

const LABEL_OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

function labelRequirement({ key = '', operator = '', values = [] }: SelectorRequirement): unknown {
  const known = LABEL_OPERATORS.get(operator);
  if (known === undefined) throw badRequest(`${goQuote(operator)} is not a valid label selector operator`);
  return newRequirement(key, known, values);
}

function gather<T>(items: readonly SelectorRequirement[], parse: (item: SelectorRequirement) => T): ParsedSelector<T> {
  const requirements: T[] = [];
  let faulty = false;
  for (const item of items) {
    try {
      requirements.push(parse(item));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      faulty = true;
    }
  }
  return { requirements, faulty };
}

function whole<T>(parse: () => readonly T[]): ParsedSelector<T> {
  try {
    return { requirements: parse(), faulty: false };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { requirements: [], faulty: true };
  }
}
