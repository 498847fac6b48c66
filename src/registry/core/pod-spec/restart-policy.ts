import { required, tooMany, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import type { Container } from '../../../schema/generated/core-v1.js';
import { unsupported } from './checks.js';

const POLICIES: ReadonlySet<string> = new Set(['Always', 'Never', 'OnFailure']);
const ACTIONS: ReadonlySet<string> = new Set(['Restart', 'RestartAllContainers']);
const OPERATORS: ReadonlySet<string> = new Set(['In', 'NotIn']);
const MAX_RULES = 20;
const MAX_CODES = 255;

/** When a container itself restarts, whatever its pod does (KEP-5307; Go: validateContainerRestartPolicy). */
export function checkContainerRestartPolicy(container: Container, path: FieldPath, errors: FieldError[]): void {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  const at = path.child('restartPolicy');
  if (restartPolicy === undefined) {
    if (rules.length === 0) return;
    errors.push(required(at, 'must specify restartPolicy when restart rules are used'));
  } else if (!POLICIES.has(restartPolicy)) errors.push(unsupported(at, restartPolicy, POLICIES));
  checkRules(container, path.child('restartPolicyRules'), errors);
}

/** The same for init containers, whose rules aren't looked at without a policy. */
export function checkInitRestartPolicy(container: Container, path: FieldPath, errors: FieldError[]): void {
  if (container.restartPolicy !== undefined) checkContainerRestartPolicy(container, path, errors);
  else if ((container.restartPolicyRules ?? []).length > 0) {
    errors.push(required(path.child('restartPolicy'), 'must specify restartPolicy when restart rules are used'));
  }
}

function checkRules({ restartPolicyRules: rules = [] }: Container, path: FieldPath, errors: FieldError[]): void {
  if (rules.length > MAX_RULES) errors.push(tooMany(path, rules.length, MAX_RULES));
  rules.forEach(({ action = '', exitCodes }, i) => {
    const at = path.index(i);
    if (!ACTIONS.has(action)) errors.push(unsupported(at.child('action'), action, ACTIONS));
    const codesPath = at.child('exitCodes');
    if (exitCodes === undefined) {
      errors.push(required(codesPath, 'must be specified'));
      return;
    }
    const { operator = '', values = [] } = exitCodes;
    if (!OPERATORS.has(operator)) errors.push(unsupported(codesPath.child('operator'), operator, OPERATORS));
    if (values.length > MAX_CODES) errors.push(tooMany(codesPath.child('values'), values.length, MAX_CODES));
  });
}
