import {
  duplicate,
  goQuote,
  invalid,
  NamedString,
  notSupported,
  OMIT_VALUE,
  required,
  tooMany,
  type FieldError,
} from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { isQualifiedName } from '../../apimachinery/validation/labels.js';
import type {
  JobSpec,
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '../../schema/generated/batch-v1.js';

const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_CONDITIONS = 20;

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];

/** Faults of a job's rules for failed pods (KEP-3329). */
export function checkPodFailurePolicy(policy: PodFailurePolicy, spec: JobSpec, path: FieldPath, errors: FieldError[]): void {
  const rules = policy.rules ?? [];
  const rulesPath = path.child('rules');
  if (rules.length > MAX_RULES) errors.push(tooMany(rulesPath, rules.length, MAX_RULES));
  const { containers, initContainers } = spec.template.spec;
  const names = new Set([...(containers ?? []), ...(initContainers ?? [])].map(({ name }) => name ?? ''));
  rules.forEach((rule, i) => {
    checkRule(rule, spec, names, rulesPath.index(i), errors);
  });
}

/** Adds a fault if a value is absent or not one of those listed, which are sorted. */
function checkOneOf(value: string, supported: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (value === '') errors.push(required(path, `valid values: [${supported.map(goQuote).join(' ')}]`));
  else if (!supported.includes(value)) errors.push(notSupported(path, new NamedString(value), supported));
}

function checkRule(
  rule: PodFailurePolicyRule,
  spec: JobSpec,
  containers: ReadonlySet<string>,
  path: FieldPath,
  errors: FieldError[],
): void {
  const { action = '', onExitCodes, onPodConditions = [] } = rule;
  const actionPath = path.child('action');
  if (action !== 'FailIndex') checkOneOf(action, ACTIONS, actionPath, errors);
  else if (spec.backoffLimitPerIndex === undefined) {
    errors.push(invalid(actionPath, new NamedString(action), 'requires the backoffLimitPerIndex to be set'));
  }
  if (onExitCodes !== undefined) checkExitCodes(onExitCodes, containers, path.child('onExitCodes'), errors);
  if (onPodConditions.length > 0) checkConditions(onPodConditions, path.child('onPodConditions'), errors);
  if (onExitCodes !== undefined && onPodConditions.length > 0) {
    errors.push(invalid(path, OMIT_VALUE, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (onExitCodes === undefined && onPodConditions.length === 0) {
    errors.push(invalid(path, OMIT_VALUE, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
}

function checkConditions(patterns: readonly PodFailurePolicyOnPodConditionsPattern[], path: FieldPath, errors: FieldError[]): void {
  if (patterns.length > MAX_CONDITIONS) errors.push(tooMany(path, patterns.length, MAX_CONDITIONS));
  patterns.forEach(({ type = '', status = '' }, i) => {
    for (const message of isQualifiedName(type)) errors.push(invalid(path.index(i).child('type'), type, message));
    checkOneOf(status, STATUSES, path.index(i).child('status'), errors);
  });
}

function checkExitCodes(
  requirement: PodFailurePolicyOnExitCodesRequirement,
  containers: ReadonlySet<string>,
  path: FieldPath,
  errors: FieldError[],
): void {
  const { operator = '', containerName } = requirement;
  checkOneOf(operator, OPERATORS, path.child('operator'), errors);
  if (containerName !== undefined && !containers.has(containerName)) {
    errors.push(
      invalid(path.child('containerName'), containerName, 'must be one of the container or initContainer names in the pod template'),
    );
  }
  const values = requirement.values ?? [];
  const valuesPath = path.child('values');
  if (values.length === 0) errors.push(invalid(valuesPath, requirement.values ?? null, 'at least one value is required'));
  else if (values.length > MAX_EXIT_CODES) errors.push(tooMany(valuesPath, values.length, MAX_EXIT_CODES));
  const seen = new Set<number>();
  let ordered = true;
  values.forEach((value, i) => {
    if (operator === 'In' && value === 0) errors.push(invalid(valuesPath.index(i), value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(valuesPath.index(i), value));
    seen.add(value);
    if (i > 0 && (values[i - 1] ?? 0) > value) ordered = false;
  });
  if (!ordered) errors.push(invalid(valuesPath, values, 'must be ordered'));
}
