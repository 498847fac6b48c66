import { duplicate, invalid, NamedString, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { validateLabelSelector } from '../../apimachinery/validation/label-selector.js';
import { isPathSegmentName } from '../../apimachinery/validation/paths.js';
import type { MatchResources, NamedRuleWithOperations, RuleWithOperations } from '../../schema/generated/admissionregistration-v1.js';
import { addMessages, unsupported } from '../core/pod-spec/checks.js';

export const FAILURE_POLICIES: ReadonlySet<string> = new Set(['Ignore', 'Fail']);
export const MATCH_POLICIES: ReadonlySet<string> = new Set(['Exact', 'Equivalent']);
export const REINVOCATION_POLICIES: ReadonlySet<string> = new Set(['Never', 'IfNeeded']);
const SCOPES: ReadonlySet<string> = new Set(['Cluster', 'Namespaced', '*']);
const OPERATIONS: ReadonlySet<string> = new Set(['*', 'CREATE', 'UPDATE', 'DELETE', 'CONNECT']);
/** What is deleted can't be changed. */
const MUTABLE_OPERATIONS: ReadonlySet<string> = new Set(['*', 'CREATE', 'UPDATE', 'CONNECT']);
const ALL = '*';

/** Fills in what rules leave open. */
export function defaultRules(rules: readonly RuleWithOperations[] | undefined): void {
  for (const rule of rules ?? []) rule.scope ??= ALL;
}

/** Fills in what a policy's match leaves open. */
export function defaultMatchResources(match: MatchResources | undefined): void {
  if (match === undefined) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  defaultRules(match.resourceRules);
  defaultRules(match.excludeResourceRules);
}

/** Adds a rule's faults (Go: validateRuleWithOperations). */
export function checkRule(rule: RuleWithOperations, path: FieldPath, errors: FieldError[]): void {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  if (operations.length === 0) errors.push(required(path.child('operations')));
  checkWildcard(operations, 'operations', path.child('operations'), errors);
  operations.forEach((operation, i) => {
    if (!OPERATIONS.has(operation)) errors.push(unsupported(path.child('operations').index(i), operation, OPERATIONS));
  });
  if (apiGroups.length === 0) errors.push(required(path.child('apiGroups')));
  checkWildcard(apiGroups, 'API groups', path.child('apiGroups'), errors);
  if (apiVersions.length === 0) errors.push(required(path.child('apiVersions')));
  checkWildcard(apiVersions, 'API versions', path.child('apiVersions'), errors);
  apiVersions.forEach((version, i) => {
    if (version === '') errors.push(required(path.child('apiVersions').index(i)));
  });
  checkResources(resources, path.child('resources'), errors);
  if (scope !== undefined && !SCOPES.has(scope)) errors.push(unsupported(path.child('scope'), scope, SCOPES));
}

function checkWildcard(values: readonly string[], what: string, path: FieldPath, errors: FieldError[]): void {
  if (values.length > 1 && values.includes(ALL)) errors.push(invalid(path, values, `if '*' is present, must not specify other ${what}`));
}

function checkResources(resources: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (resources.length === 0) errors.push(required(path));
  const withAllSubresources = new Set<string>();
  const ofAllResources = new Set<string>();
  let lastIsPlain = false;
  resources.forEach((entry, i) => {
    if (entry === '') {
      errors.push(required(path.index(i)));
      return;
    }
    const slash = entry.indexOf('/');
    if (slash === -1) {
      // The real server remembers the last one only.
      lastIsPlain = entry !== ALL;
      return;
    }
    const resource = entry.slice(0, slash);
    const subresource = entry.slice(slash + 1);
    const clash = (pattern: string): FieldError => invalid(path.index(i), entry, `if '${pattern}' is present, must not specify ${entry}`);
    if (withAllSubresources.has(resource)) errors.push(clash(`${resource}/*`));
    if (ofAllResources.has(subresource)) errors.push(clash(`*/${subresource}`));
    if (subresource === ALL) withAllSubresources.add(resource);
    if (resource === ALL) ofAllResources.add(subresource);
  });
  if (resources.length > 1 && resources.includes('*/*'))
    errors.push(invalid(path, resources, "if '*/*' is present, must not specify other resources"));
  if (resources.includes(ALL) && lastIsPlain) {
    errors.push(invalid(path, resources, "if '*' is present, must not specify other resources without subresources"));
  }
}

/** Adds the faults of what a policy or binding matches. */
export function checkMatchResources(match: MatchResources | undefined, path: FieldPath, errors: FieldError[]): void {
  if (match === undefined) return;
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [] } = match;
  if (matchPolicy === undefined) errors.push(required(path.child('matchPolicy')));
  else if (!MATCH_POLICIES.has(matchPolicy)) errors.push(unsupported(path.child('matchPolicy'), matchPolicy, MATCH_POLICIES));
  for (const [name, selector] of [
    ['namespaceSelector', namespaceSelector],
    ['objectSelector', objectSelector],
  ] as const) {
    if (selector === undefined) errors.push(required(path.child(name)));
    else errors.push(...validateLabelSelector(selector, {}, path.child(name)));
  }
  resourceRules.forEach((rule, i) => {
    checkNamedRule(rule, path.child('resourceRules').index(i), errors);
  });
  excludeResourceRules.forEach((rule, i) => {
    checkNamedRule(rule, path.child('excludeResourceRules').index(i), errors);
  });
}

function checkNamedRule(rule: NamedRuleWithOperations, path: FieldPath, errors: FieldError[]): void {
  const names = new Set<string>();
  (rule.resourceNames ?? []).forEach((name, i) => {
    const at = path.child('resourceNames').index(i);
    addMessages(at, name, isPathSegmentName(name), errors);
    if (names.has(name)) errors.push(duplicate(at, name));
    names.add(name);
  });
  checkRule(rule, path, errors);
}

/** Only some operations carry an object that a policy could change. */
export function checkMutableOperations(match: MatchResources | undefined, path: FieldPath, errors: FieldError[]): void {
  for (const { operations = [] } of match?.resourceRules ?? []) {
    for (const operation of operations) {
      if (!MUTABLE_OPERATIONS.has(operation))
        errors.push(notSupported(path.child('resourceRules', 'operations'), new NamedString(operation), MUTABLE_OPERATIONS));
    }
  }
}
