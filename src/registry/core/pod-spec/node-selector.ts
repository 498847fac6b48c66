import { forbidden, invalid, NamedString, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isLabelValue, isValidLabelValue, validateLabelName } from '../../../apimachinery/validation/labels.js';
import { nameIsDnsSubdomain } from '../../../apimachinery/validation/names.js';
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from '../../../schema/generated/core-v1.js';
import { addMessages } from './checks.js';

const NOT_AN_OPERATOR = 'not a valid selector operator';

/** A selector of nodes by labels and names (Go: ValidateNodeSelector). */
export function checkNodeSelector(selector: NodeSelector, allowInvalidValues: boolean, path: FieldPath, errors: FieldError[]): void {
  const terms = selector.nodeSelectorTerms ?? [];
  const at = path.child('nodeSelectorTerms');
  if (terms.length === 0) errors.push(required(at, 'must have at least one node selector term'));
  terms.forEach((term, i) => {
    checkNodeSelectorTerm(term, allowInvalidValues, at.index(i), errors);
  });
}

/** One term: all its requirements must hold. */
export function checkNodeSelectorTerm(term: NodeSelectorTerm, allowInvalidValues: boolean, path: FieldPath, errors: FieldError[]): void {
  term.matchExpressions?.forEach((requirement, i) => {
    checkRequirement(requirement, allowInvalidValues, path.child('matchExpressions').index(i), errors);
  });
  term.matchFields?.forEach((requirement, i) => {
    checkFieldRequirement(requirement, path.child('matchFields').index(i), errors);
  });
}

function checkRequirement(requirement: NodeSelectorRequirement, allowInvalidValues: boolean, path: FieldPath, errors: FieldError[]): void {
  const { key = '', operator = '', values = [] } = requirement;
  const at = path.child('values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(required(at, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) errors.push(forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) errors.push(required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalid(path.child('operator'), new NamedString(operator), NOT_AN_OPERATOR));
  }
  errors.push(...validateLabelName(key, path.child('key')));
  if (allowInvalidValues) return;
  values.forEach((value, i) => {
    addMessages(at.index(i), value, isValidLabelValue(value), errors);
  });
}

/** Nodes have one selectable field: their name. */
function checkFieldRequirement(requirement: NodeSelectorRequirement, path: FieldPath, errors: FieldError[]): void {
  const { key = '', operator = '', values = [] } = requirement;
  if (operator !== 'In' && operator !== 'NotIn') errors.push(invalid(path.child('operator'), new NamedString(operator), NOT_AN_OPERATOR));
  else if (values.length !== 1) {
    errors.push(required(path.child('values'), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  }
  if (key !== 'metadata.name') errors.push(invalid(path.child('key'), key, 'not a valid field selector key'));
  else {
    values.forEach((value, i) => {
      addMessages(path.child('values').index(i), value, nameIsDnsSubdomain(value, false), errors);
    });
  }
}

/** Whether a stored selector has label values that no new one may have. */
export function nodeSelectorFaulty(terms: readonly NodeSelectorTerm[]): boolean {
  return terms.some(({ matchExpressions = [] }) => matchExpressions.some(({ values = [] }) => !values.every(isLabelValue)));
}
