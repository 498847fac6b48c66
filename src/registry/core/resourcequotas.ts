import { invalid, NamedString, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { parseQuantityJson } from '../../apimachinery/quantity.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type {
  ResourceList,
  ResourceQuotaSpec,
  ResourceQuotaStatus,
  ScopedResourceSelectorRequirement,
} from '../../schema/generated/core-v1.js';
import { compareKeys } from '../../schema/sort-keys.js';
import type { BehaviourFactory } from '../behaviour.js';
import { GoPrinter } from '../go-struct.js';
import type { KubeObject } from '../object.js';
import { keepField } from '../spec-status.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { kubeFinalizerErrors } from './finalizers.js';
import { roundResources } from './pod-spec/resource-rounding.js';
import { checkAmount, checkResourceName } from './pod-spec/resources.js';
import { isStandardQuotaResource } from '../../component-helpers/resource-names.js';
import { asGiven } from '../../schema/given-empty.js';

interface ResourceQuota extends KubeObject {
  spec: ResourceQuotaSpec;
  status: ResourceQuotaStatus;
}

const SPEC = FieldPath.of('spec');
const STATUS = FieldPath.of('status');
const SCOPES = SPEC.child('scopes');
const EXPRESSIONS = SPEC.child('scopeSelector', 'matchExpressions');

const POD_COUNT = ['pods'];
const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const POD_RESOURCES: ReadonlySet<string> = new Set([...POD_COUNT, ...COMPUTE]);

/** What each scope can be combined with. */
const RESOURCES_OF_SCOPE: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Terminating', POD_RESOURCES],
  ['NotTerminating', POD_RESOURCES],
  ['NotBestEffort', POD_RESOURCES],
  ['PriorityClass', POD_RESOURCES],
  ['CrossNamespacePodAffinity', POD_RESOURCES],
  ['BestEffort', new Set(POD_COUNT)],
  ['VolumeAttributesClass', new Set(['persistentvolumeclaims', 'requests.storage'])],
]);

/** Scopes that a selector can only ask the existence of. */
const EXISTENTIAL: ReadonlySet<string> = new Set([
  'BestEffort',
  'NotBestEffort',
  'Terminating',
  'NotTerminating',
  'CrossNamespacePodAffinity',
]);
const CONFLICTING = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
const EXISTS_ONLY =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

const printer = new GoPrinter({
  ScopeSelector: 'MatchExpressions*:Requirement',
  Requirement: 'ScopeName Operator Values*',
});

function listErrors(list: ResourceList | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, text] of Object.entries(list ?? {})) {
    const at = path.key(name);
    checkResourceName(name, at, errors);
    if (!name.includes('/') && !isStandardQuotaResource(name)) errors.push(invalid(at, name, 'must be a standard resource for quota'));
    checkAmount(name, parseQuantityJson(text), at, errors);
  }
  return errors;
}

/** Resources of a quota that a scope has nothing to do with, in order. */
function misfits(spec: ResourceQuotaSpec, scope: string): string[] {
  const fitting = RESOURCES_OF_SCOPE.get(scope);
  if (fitting === undefined) return [];
  return Object.keys(spec.hard ?? {})
    .filter((name) => isStandardQuotaResource(name) && !fitting.has(name))
    .sort(compareKeys);
}

function conflicts(scopes: readonly string[]): number {
  return CONFLICTING.filter((pair) => pair.every((scope) => scopes.includes(scope))).length;
}

function scopeErrors(spec: ResourceQuotaSpec): FieldError[] {
  const scopes = spec.scopes ?? [];
  const fault = (text: string): FieldError => invalid(SCOPES, scopes, text);
  const errors = scopes.flatMap((scope) => [
    ...(RESOURCES_OF_SCOPE.has(scope) ? [] : [fault('unsupported scope')]),
    ...misfits(spec, scope).map(() => fault('unsupported scope applied to resource')),
  ]);
  for (let i = conflicts(scopes); i > 0; i--) errors.push(fault('conflicting scopes'));
  return errors;
}

function selectorErrors(spec: ResourceQuotaSpec): FieldError[] {
  if (spec.scopeSelector === undefined) return [];
  const requirements = spec.scopeSelector.matchExpressions ?? [];
  const whole = printer.print('ScopeSelector', spec.scopeSelector);
  const errors = requirements.flatMap((requirement) => {
    const { scopeName = '' } = requirement;
    return [
      ...(RESOURCES_OF_SCOPE.has(scopeName)
        ? []
        : [invalid(EXPRESSIONS.child('scopeName'), new NamedString(scopeName), 'unsupported scope')]),
      ...misfits(spec, scopeName).map(() => invalid(EXPRESSIONS, whole, 'unsupported scope applied to resource')),
      ...requirementErrors(requirement),
    ];
  });
  const scopes = requirements.map(({ scopeName = '' }) => scopeName);
  for (let i = conflicts(scopes); i > 0; i--) errors.push(invalid(EXPRESSIONS, asGiven(spec, 'scopes'), 'conflicting scopes'));
  return errors;
}

function requirementErrors({ scopeName = '', operator = '', values = [] }: ScopedResourceSelectorRequirement): FieldError[] {
  const errors: FieldError[] = [];
  const path = EXPRESSIONS.child('operator');
  if (EXISTENTIAL.has(scopeName) && operator !== 'Exists') errors.push(invalid(path, new NamedString(operator), EXISTS_ONLY));
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0)
        errors.push(
          required(EXPRESSIONS.child('values'), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"),
        );
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0)
        errors.push(
          invalid(EXPRESSIONS.child('values'), values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"),
        );
      break;
    default:
      errors.push(invalid(path, new NamedString(operator), 'not a valid selector operator'));
  }
  return errors;
}

function specErrors(spec: ResourceQuotaSpec): FieldError[] {
  return [...listErrors(spec.hard, SPEC.child('hard')), ...scopeErrors(spec), ...selectorErrors(spec)];
}

function statusErrors({ hard, used }: ResourceQuotaStatus): FieldError[] {
  return [...listErrors(hard, STATUS.child('hard')), ...listErrors(used, STATUS.child('used'))];
}

function sameScopes(a: ResourceQuotaSpec, b: ResourceQuotaSpec): boolean {
  const [left, right] = [new Set(a.scopes), new Set(b.scopes)];
  return left.size === right.size && [...left].every((scope) => right.has(scope));
}

/** Requests that are larger than the limits make little sense. */
function warnings({ spec: { hard = {} } }: ResourceQuota): string[] {
  const found: string[] = [];
  for (const name of ['cpu', 'memory', 'storage', 'ephemeral-storage']) {
    const plain = (name === 'cpu' || name === 'memory') && hard[`requests.${name}`] === undefined;
    const requestName = plain && hard[name] !== undefined ? name : `requests.${name}`;
    const limitName = `limits.${name}`;
    const [request, limit] = [hard[requestName], hard[limitName]];
    if (request === undefined || limit === undefined || parseQuantityJson(request).compare(parseQuantityJson(limit)) <= 0) continue;
    found.push(`ResourceQuota ${requestName} (${request}) should be less than ${limitName} (${limit})`);
  }
  return found;
}

const main: Strategy<ResourceQuota> = {
  validateName: nameIsDnsSubdomain,
  prepareForCreate(quota) {
    quota.status = {};
  },
  prepareForUpdate(quota, old) {
    keepField(quota, old, 'status');
  },
  validate: ({ metadata, spec }) => [...kubeFinalizerErrors(metadata), ...specErrors(spec)],
  validateUpdate: ({ metadata, spec }, old) => {
    const errors = [...kubeFinalizerErrors(metadata), ...specErrors(spec)];
    if (!sameScopes(spec, old.spec)) errors.push(invalid(SCOPES, asGiven(spec, 'scopes'), 'field is immutable'));
    return errors;
  },
  warningsOnCreate: warnings,
  resetFields: [['status']],
};

const status: Strategy<ResourceQuota> = {
  prepareForUpdate(quota, old) {
    keepField(quota, old, 'spec');
  },
  validateUpdate: ({ metadata, status: now }) => [...kubeFinalizerErrors(metadata), ...statusErrors(now)],
  resetFields: [['spec']],
};

/** Resource quotas: how much a namespace may ask for in all. */
export const resourceQuotas: BehaviourFactory = () => ({
  strategy: strategyFor(main),
  status: strategyFor(status),
  returnsDeleted: true,
  defaults(object) {
    const quota = object as ResourceQuota;
    roundResources(quota.spec.hard);
    roundResources(quota.status.hard);
    roundResources(quota.status.used);
  },
});
