import { forbidden, invalid, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { nameIsDnsSubdomain, validateNamespaceName, validateServiceAccountName } from '../../apimachinery/validation/names.js';
import type {
  FlowSchema,
  FlowSchemaSpec,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  ServiceAccountSubject,
  Subject,
} from '../../schema/generated/flowcontrol-v1.js';
import { metadataErrors } from '../core/metadata.js';
import { addMessages, checkPresent, unsupported } from '../core/pod-spec/checks.js';
import { goValue } from '../go-value.js';
import type { Typed } from '../object.js';
import { conditionErrors } from './conditions.js';
import { DISTINGUISHER, FLOW_SCHEMA_SPEC } from './go-specs.js';
import { mandatorySpec } from './mandatory.js';

const SPEC = FieldPath.of('spec');
const MAX_PRECEDENCE = 10_000;
const DISTINGUISHERS: ReadonlySet<string> = new Set(['ByUser', 'ByNamespace']);
const SUBJECT_KINDS: ReadonlySet<string> = new Set(['User', 'Group', 'ServiceAccount']);
const VERBS: ReadonlySet<string> = new Set(['get', 'list', 'create', 'update', 'delete', 'deletecollection', 'patch', 'watch', 'proxy']);
const ALL = '*';

/** Faults of a FlowSchema, new or changed. */
export function validateFlowSchema({ metadata, spec, status }: Typed<FlowSchema>): FieldError[] {
  const errors = metadataErrors(metadata, false, nameIsDnsSubdomain);
  const { name = '' } = metadata;
  checkSpec(name, spec, errors);
  const wanted = mandatorySpec('FlowSchema', name);
  if (wanted !== undefined) {
    const printed = goValue(spec, FLOW_SCHEMA_SPEC);
    if (!semanticEqual(printed, goValue(wanted, FLOW_SCHEMA_SPEC)))
      errors.push(invalid(SPEC, printed, `spec of '${name}' must equal the fixed value`));
  }
  errors.push(...conditionErrors(status));
  return errors;
}

function checkSpec(name: string, spec: FlowSchemaSpec, errors: FieldError[]): void {
  const { matchingPrecedence: precedence = 0, distinguisherMethod, priorityLevelConfiguration, rules = [] } = spec;
  const path = SPEC.child('matchingPrecedence');
  if (precedence <= 0) errors.push(invalid(path, precedence, 'must be a positive value'));
  if (precedence > MAX_PRECEDENCE) errors.push(invalid(path, precedence, `must not be greater than ${String(MAX_PRECEDENCE)}`));
  if (precedence === 1 && name !== 'exempt')
    errors.push(invalid(path, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  if (distinguisherMethod !== undefined && !DISTINGUISHERS.has(distinguisherMethod.type ?? '')) {
    errors.push(notSupported(SPEC.child('distinguisherMethod', 'type'), goValue(distinguisherMethod, DISTINGUISHER), DISTINGUISHERS));
  }
  const { name: level = '' } = priorityLevelConfiguration;
  const levelPath = SPEC.child('priorityLevelConfiguration', 'name');
  if (level === '') errors.push(required(levelPath, 'must reference a priority level'));
  else addMessages(levelPath, level, nameIsDnsSubdomain(level, false), errors);
  rules.forEach((rule, i) => {
    checkRule(rule, SPEC.child('rules').index(i), errors);
  });
}

function checkRule(
  { subjects, resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects,
  path: FieldPath,
  errors: FieldError[],
): void {
  const list = subjects ?? [];
  if (list.length === 0) errors.push(required(path.child('subjects'), 'subjects must contain at least one value'));
  list.forEach((subject, i) => {
    checkSubject(subject, path.child('subjects').index(i), errors);
  });
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  resourceRules.forEach((rule, i) => {
    checkResourceRule(rule, path.child('resourceRules').index(i), errors);
  });
  nonResourceRules.forEach((rule, i) => {
    checkNonResourceRule(rule, path.child('nonResourceRules').index(i), errors);
  });
}

/** The field of each kind; what is none of the kind's is forbidden, in this order. */
const FIELDS = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const;

function checkSubject(subject: Subject, path: FieldPath, errors: FieldError[]): void {
  const { kind = '' } = subject;
  if (kind !== 'ServiceAccount' && kind !== 'User' && kind !== 'Group') {
    errors.push(unsupported(path.child('kind'), kind, SUBJECT_KINDS));
    return;
  }
  const field = FIELDS[kind];
  const at = path.child(field);
  const own = subject[field];
  if (own === undefined) errors.push(required(at, `${field} is required when subject kind is '${kind}'`));
  else if (kind === 'ServiceAccount') checkServiceAccount(own, at, errors);
  else checkPresent(own.name, at.child('name'), errors);
  for (const [other, name] of Object.entries(FIELDS)) {
    if (name !== field && subject[name] !== undefined)
      errors.push(forbidden(path.child(name), `${name} is forbidden when subject kind is not '${other}'`));
  }
}

function checkServiceAccount({ name, namespace = '' }: ServiceAccountSubject, path: FieldPath, errors: FieldError[]): void {
  if (checkPresent(name, path.child('name'), errors) && name !== ALL) {
    addMessages(path.child('name'), name, validateServiceAccountName(name, false), errors);
  }
  if (namespace === '') errors.push(required(path.child('namespace'), 'must specify namespace for service account'));
  else addMessages(path.child('namespace'), namespace, validateNamespaceName(namespace, false), errors);
}

function checkVerbs(verbs: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (verbs.length === 0) errors.push(required(path, 'verbs must contain at least one value'));
  else if (verbs.includes(ALL)) checkOnlyWildcard(verbs, 'verbs', path, errors);
  else if (!verbs.every((verb) => VERBS.has(verb))) errors.push(notSupported(path, verbs, VERBS));
}

function checkOnlyWildcard(values: readonly string[], what: string, path: FieldPath, errors: FieldError[]): void {
  if (values.length > 1 && values.includes(ALL)) errors.push(invalid(path, values, `if '*' is present, must not specify other ${what}`));
}

function checkResourceRule(rule: ResourcePolicyRule, path: FieldPath, errors: FieldError[]): void {
  checkVerbs(rule.verbs ?? [], path.child('verbs'), errors);
  const groups = rule.apiGroups ?? [];
  if (groups.length === 0) errors.push(required(path.child('apiGroups'), 'resource rules must supply at least one api group'));
  else checkOnlyWildcard(groups, 'api groups', path.child('apiGroups'), errors);
  const resources = rule.resources ?? [];
  if (resources.length === 0) errors.push(required(path.child('resources'), 'resource rules must supply at least one resource'));
  else checkOnlyWildcard(resources, 'resources', path.child('resources'), errors);
  checkNamespaces(rule.namespaces ?? [], rule.clusterScope === true, path.child('namespaces'), errors);
}

function checkNamespaces(namespaces: readonly string[], clusterScope: boolean, path: FieldPath, errors: FieldError[]): void {
  if (namespaces.length === 0 && !clusterScope) {
    errors.push(required(path, 'resource rules that are not cluster scoped must supply at least one namespace'));
  } else if (namespaces.includes(ALL)) checkOnlyWildcard(namespaces, 'namespaces', path, errors);
  else {
    namespaces.forEach((namespace, i) => {
      for (const message of validateNamespaceName(namespace, false)) {
        errors.push(invalid(path.index(i), namespace, `each member of this list must be '*' or a DNS-1123 label; ${message}`));
      }
    });
  }
}

function checkNonResourceRule({ verbs, nonResourceURLs }: NonResourcePolicyRule, path: FieldPath, errors: FieldError[]): void {
  checkVerbs(verbs ?? [], path.child('verbs'), errors);
  const urls = nonResourceURLs ?? [];
  const at = path.child('nonResourceURLs');
  if (urls.length === 0) errors.push(required(at, 'nonResourceURLs must contain at least one value'));
  else if (urls.includes(ALL)) checkOnlyWildcard(urls, 'non-resource URLs', at, errors);
  else {
    urls.forEach((url, i) => {
      const fault = urlFault(url);
      if (fault !== undefined) errors.push(invalid(at.index(i), url, fault));
    });
  }
}

function urlFault(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const first = url.indexOf(ALL);
  const suffix = first === -1 || (first === url.length - 1 && url.endsWith('/*'));
  return suffix ? undefined : 'wildcard can only do suffix matching';
}
