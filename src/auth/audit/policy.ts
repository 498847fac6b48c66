import { invalid, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { isDns1123Subdomain } from '../../apimachinery/validation/dns.js';
import type { Attributes } from '../authorization/attributes.js';
import { urlCovers } from '../rbac/policy-rule.js';

/** How much of a request is told. */
export const AUDIT_LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type AuditLevel = (typeof AUDIT_LEVELS)[number];

/** When an event is told. */
export const AUDIT_STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type AuditStage = (typeof AUDIT_STAGES)[number];

/** audit.k8s.io/v1 PolicyRule. */
export interface AuditRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[] | undefined;
  readonly userGroups?: readonly string[] | undefined;
  readonly verbs?: readonly string[] | undefined;
  readonly resources?:
    | readonly {
        readonly group?: string | undefined;
        readonly resources?: readonly string[] | undefined;
        readonly resourceNames?: readonly string[] | undefined;
      }[]
    | undefined;
  /** The empty one means cluster-scoped objects. */
  readonly namespaces?: readonly string[] | undefined;
  readonly nonResourceURLs?: readonly string[] | undefined;
  readonly omitStages?: readonly AuditStage[] | undefined;
  readonly omitManagedFields?: boolean | undefined;
}

/** audit.k8s.io/v1 Policy: the first rule that matches decides. */
export interface AuditPolicy {
  readonly rules: readonly AuditRule[];
  readonly omitStages?: readonly AuditStage[] | undefined;
  readonly omitManagedFields?: boolean | undefined;
}

/** For a log without a policy file: who did what, once a request. */
export const DEFAULT_AUDIT_POLICY: AuditPolicy = { rules: [{ level: 'Metadata' }], omitStages: ['RequestReceived'] };

/** What the policy says about one request. */
export interface AuditDecision {
  readonly level: AuditLevel;
  readonly omitStages: ReadonlySet<AuditStage>;
  readonly omitManagedFields: boolean;
}

/** A policy made ready for use (Go: apiserver/pkg/audit/policy). */
export class AuditPolicyEvaluator {
  private readonly rules: readonly { readonly rule: AuditRule; readonly decision: AuditDecision }[];
  private readonly otherwise: AuditDecision;

  constructor({ rules, omitStages = [], omitManagedFields = false }: AuditPolicy) {
    this.rules = rules.map((rule) => ({
      rule,
      decision: {
        level: rule.level,
        omitStages: new Set([...omitStages, ...(rule.omitStages ?? [])]),
        omitManagedFields: rule.omitManagedFields ?? omitManagedFields,
      },
    }));
    this.otherwise = { level: 'None', omitStages: new Set(omitStages), omitManagedFields };
  }

  decide(attributes: Attributes): AuditDecision {
    for (const { rule, decision } of this.rules) if (matches(rule, attributes)) return decision;
    return this.otherwise;
  }
}

function matches(rule: AuditRule, attributes: Attributes): boolean {
  const { user, verb } = attributes;
  if (isGiven(rule.users) && !rule.users.includes(user.name)) return false;
  if (isGiven(rule.userGroups) && !rule.userGroups.some((group) => user.groups.includes(group))) return false;
  if (isGiven(rule.verbs) && !rule.verbs.includes(verb)) return false;
  if (isGiven(rule.namespaces) || isGiven(rule.resources)) return matchesResource(rule, attributes);
  if (!isGiven(rule.nonResourceURLs)) return true;
  return !attributes.isResourceRequest && rule.nonResourceURLs.some((url) => urlCovers(url, attributes.path));
}

function isGiven<T>(values: readonly T[] | undefined): values is readonly T[] {
  return values !== undefined && values.length > 0;
}

function matchesResource(rule: AuditRule, attributes: Attributes): boolean {
  const { isResourceRequest, namespace, group, resource, subresource, name } = attributes;
  if (!isResourceRequest || (isGiven(rule.namespaces) && !rule.namespaces.includes(namespace))) return false;
  if (!isGiven(rule.resources)) return true;
  return rule.resources.some((entry) => {
    if (entry.group !== '*' && (entry.group ?? '') !== group) return false;
    if (!isGiven(entry.resources)) return true;
    if (isGiven(entry.resourceNames) && !entry.resourceNames.includes(name)) return false;
    return entry.resources.some((pattern) => matchesPattern(pattern, resource, subresource));
  });
}

function matchesPattern(pattern: string, resource: string, subresource: string): boolean {
  if (pattern === '*' || pattern === (subresource === '' ? resource : `${resource}/${subresource}`)) return true;
  return (subresource !== '' && pattern === `*/${subresource}`) || pattern === `${resource}/*`;
}

/** The faults of a policy as it was read from a file (Go: apis/audit/validation). */
export function validateAuditPolicy(policy: AuditPolicy): FieldError[] {
  const errors = stageErrors(policy.omitStages, FieldPath.of('omitStages'));
  policy.rules.forEach((rule, i) => errors.push(...ruleErrors(rule, FieldPath.of('rules').index(i))));
  return errors;
}

function ruleErrors(rule: AuditRule, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const level: string | undefined = rule.level;
  if (level === undefined || level === '') errors.push(required(path.child('level')));
  else if (!(AUDIT_LEVELS as readonly string[]).includes(level)) errors.push(notSupported(path.child('level'), level, AUDIT_LEVELS));
  const urls = rule.nonResourceURLs ?? [];
  urls.forEach((url, i) => {
    if (url === '*') return;
    const at = path.child('nonResourceURLs').index(i);
    if (!url.startsWith('/')) errors.push(invalid(at, url, "non-resource URL rules must begin with a '/' character"));
    if (url.slice(0, -1).includes('*'))
      errors.push(invalid(at, url, "non-resource URL wildcards '*' must be the final character of the rule"));
  });
  for (const { group = '', resources = [], resourceNames = [] } of rule.resources ?? []) {
    const at = path.child('resources');
    const faults = group === '' || group === '*' ? [] : isDns1123Subdomain(group);
    if (faults.length > 0) errors.push(invalid(at.child('group'), group, faults.join(',')));
    if (resourceNames.length > 0 && resources.length === 0) {
      errors.push(invalid(at.child('resourceNames'), resourceNames, 'using resourceNames requires at least one resource'));
    }
  }
  errors.push(...stageErrors(rule.omitStages, path.child('omitStages')));
  if (urls.length > 0 && (isGiven(rule.resources) || isGiven(rule.namespaces))) {
    errors.push(invalid(path.child('nonResourceURLs'), urls, 'rules cannot apply to both regular resources and non-resource URLs'));
  }
  return errors;
}

function stageErrors(stages: readonly string[] | undefined, path: FieldPath): FieldError[] {
  const known: readonly string[] = AUDIT_STAGES;
  return (stages ?? []).flatMap((stage, i) =>
    known.includes(stage) ? [] : [invalid(path.index(i), stage, `allowed stages are ${known.join(',')}`)],
  );
}
