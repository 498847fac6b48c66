import { duplicate, invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { validateLabelSelector } from '../../../apimachinery/validation/label-selector.js';
import type { TopologySpreadConstraint } from '../../../schema/generated/core-v1.js';
import { unsupported } from './checks.js';
import { checkLegacyMatchLabelKeys, checkMatchLabelKeys } from './match-label-keys.js';
import type { PodValidationOptions } from './options.js';

const ACTIONS: ReadonlySet<string> = new Set(['DoNotSchedule', 'ScheduleAnyway']);
const POLICIES: ReadonlySet<string> = new Set(['Honor', 'Ignore']);
const POSITIVE = 'must be greater than zero';

/** How evenly pods are spread (Go: validateTopologySpreadConstraints). */
export function checkTopologySpread(
  constraints: readonly TopologySpreadConstraint[],
  path: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  constraints.forEach((constraint, i) => {
    const at = path.index(i);
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', minDomains, labelSelector } = constraint;
    if (maxSkew <= 0) errors.push(invalid(at.child('maxSkew'), maxSkew, POSITIVE));
    if (topologyKey === '') errors.push(required(at.child('topologyKey'), 'can not be empty'));
    if (!ACTIONS.has(whenUnsatisfiable)) errors.push(unsupported(at.child('whenUnsatisfiable'), whenUnsatisfiable, ACTIONS));
    const repeated = constraints
      .slice(i + 1)
      .some((other) => (other.topologyKey ?? '') === topologyKey && (other.whenUnsatisfiable ?? '') === whenUnsatisfiable);
    if (repeated) errors.push(duplicate(at.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${whenUnsatisfiable}}`));
    if (minDomains !== undefined) checkMinDomains(minDomains, whenUnsatisfiable, at.child('minDomains'), errors);
    checkPolicy(constraint.nodeAffinityPolicy, at.child('nodeAffinityPolicy'), errors);
    checkPolicy(constraint.nodeTaintsPolicy, at.child('nodeTaintsPolicy'), errors);
    if (options.legacyMatchLabelKeys) checkLegacyMatchLabelKeys(constraint, at.child('matchLabelKeys'), errors);
    else checkMatchLabelKeys({ labelSelector, matchLabelKeys: constraint.matchLabelKeys }, at, errors);
    if (!options.allowInvalidSpreadSelector) errors.push(...validateLabelSelector(labelSelector, {}, at.child('labelSelector')));
  });
}

function checkMinDomains(count: number, action: string, path: FieldPath, errors: FieldError[]): void {
  if (count <= 0) errors.push(invalid(path, count, POSITIVE));
  if (action !== 'DoNotSchedule')
    errors.push(invalid(path, count, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`));
}

function checkPolicy(policy: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (policy !== undefined && !POLICIES.has(policy)) errors.push(unsupported(path, policy, POLICIES));
}
