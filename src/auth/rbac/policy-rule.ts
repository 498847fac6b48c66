import { goQuote } from '../../apimachinery/field-error.js';
import type { KubeObject } from '../../registry/object.js';
import type { Attributes } from '../authorization/attributes.js';

/** rbac.authorization.k8s.io/v1 PolicyRule. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  /** None means all. */
  readonly resourceNames?: readonly string[] | undefined;
  readonly nonResourceURLs?: readonly string[] | undefined;
}

/** A Role or ClusterRole. */
export interface RoleObject extends KubeObject {
  readonly rules?: readonly PolicyRule[] | null | undefined;
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly unknown[] | undefined } | undefined;
}

export interface Subject {
  /** `User`, `Group` or `ServiceAccount`. */
  readonly kind: string;
  readonly apiGroup?: string | undefined;
  readonly name: string;
  /** Of service accounts; absent in a RoleBinding means the binding's own. */
  readonly namespace?: string | undefined;
}

export interface RoleRef {
  readonly apiGroup?: string | undefined;
  /** `Role` or `ClusterRole`. */
  readonly kind: string;
  readonly name: string;
}

/** A RoleBinding or ClusterRoleBinding. */
export interface BindingObject extends KubeObject {
  readonly subjects?: readonly Subject[] | null | undefined;
  readonly roleRef: RoleRef;
}

const ALL = '*';

/** Whether a rule grants this (Go: plugin/pkg/auth/authorizer/rbac.RuleAllows). */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!attributes.isResourceRequest) return urlMatches(rule, attributes.path) && verbMatches(rule, attributes.verb);
  return resourceRuleMatches(rule, attributes) && nameMatches(rule, attributes.name);
}

/** As `ruleAllows` for resources, but whatever the object's name. */
export function resourceRuleMatches(rule: PolicyRule, { verb, group, resource, subresource }: Attributes): boolean {
  return verbMatches(rule, verb) && includes(rule.apiGroups, group) && resourceMatches(rule, resource, subresource);
}

function verbMatches({ verbs }: PolicyRule, verb: string): boolean {
  return verbs.includes(verb) || verbs.includes(ALL);
}

function includes(values: readonly string[] | undefined, value: string): boolean {
  return values !== undefined && (values.includes(value) || values.includes(ALL));
}

function resourceMatches({ resources }: PolicyRule, resource: string, subresource: string): boolean {
  if (resources === undefined) return false;
  if (subresource === '') return resources.includes(resource) || resources.includes(ALL);
  for (const entry of resources) {
    if (entry === ALL) return true;
    if (entry.endsWith(subresource)) {
      const head = entry.length - subresource.length - 1;
      if (entry[head] !== '/') continue;
      if (head === 1 ? entry.startsWith(ALL) || entry[0] === resource : head === resource.length && entry.startsWith(resource)) return true;
    }
  }
  return false;
}

function nameMatches({ resourceNames }: PolicyRule, name: string): boolean {
  return resourceNames === undefined || resourceNames.length === 0 || resourceNames.includes(name);
}

function urlMatches({ nonResourceURLs }: PolicyRule, path: string): boolean {
  if (nonResourceURLs === undefined) return false;
  for (const url of nonResourceURLs) if (urlCovers(url, path)) return true;
  return false;
}

/** `/logs*` covers what starts with `/logs`; without a star only itself. */
export function urlCovers(pattern: string, path: string): boolean {
  if (pattern === path || pattern === ALL) return true;
  return pattern.endsWith(ALL) && path.startsWith(pattern.replace(/\*+$/, ''));
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`, as refusals show rules. */
export function compactString(rule: PolicyRule): string {
  const parts: string[] = [];
  const add = (name: string, values: readonly string[] | undefined): void => {
    if (values !== undefined && values.length > 0) parts.push(`${name}:${quoteList(values)}`);
  };
  add('APIGroups', rule.apiGroups);
  add('Resources', rule.resources);
  add('NonResourceURLs', rule.nonResourceURLs);
  add('ResourceNames', rule.resourceNames);
  add('Verbs', rule.verbs);
  return `{${parts.join(', ')}}`;
}

/** A list of strings as Go's %q prints it: `["a" "b"]`. */
export function quoteList(texts: readonly string[]): string {
  return `[${texts.map(goQuote).join(' ')}]`;
}
