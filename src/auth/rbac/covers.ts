import { urlCovers, type PolicyRule } from './policy-rule.js';

/** More parts of one rule than this are not told apart; the rule then counts as one. */
const MAX_PARTS = 100_000;
const ALL = '*';

/**
 * The parts of `wanted` that `held` does not cover, each of one verb on one
 * resource or path (Go: component-helpers/auth/rbac/validation.Covers).
 */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing: PolicyRule[] = [];
  for (const rule of wanted) {
    // A rule that one of the held ones covers whole need not be taken apart.
    if (held.some((own) => coversWhole(own, rule))) continue;
    if (partsOf(rule) > MAX_PARTS) missing.push(rule);
    else for (const part of breakDown(rule)) if (!held.some((own) => covers(own, part))) missing.push(part);
  }
  return missing;
}

function partsOf({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): number {
  return verbs.length * (apiGroups.length * resources.length * Math.max(1, resourceNames.length) + nonResourceURLs.length);
}

function* breakDown(rule: PolicyRule): Generator<PolicyRule> {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const part = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (resourceNames.length === 0) yield part;
        else for (const name of resourceNames) yield { ...part, resourceNames: [name] };
      }
    }
  }
  for (const url of nonResourceURLs) for (const verb of verbs) yield { verbs: [verb], nonResourceURLs: [url] };
}

/** For rules on resources only: a path part is covered by its own pattern, which `covers` sees to. */
function coversWhole(own: PolicyRule, rule: PolicyRule): boolean {
  return rule.verbs.length > 0 && covers(own, rule);
}

function covers(own: PolicyRule, { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): boolean {
  return (
    has(own.verbs, verbs) &&
    has(own.apiGroups ?? [], apiGroups) &&
    resources.every((resource) => coversResource(own.resources ?? [], resource)) &&
    coversNames(own.resourceNames ?? [], resourceNames) &&
    nonResourceURLs.every((path) => (own.nonResourceURLs ?? []).some((pattern) => urlCovers(pattern, path)))
  );
}

function has(own: readonly string[], wanted: readonly string[]): boolean {
  return own.includes(ALL) || wanted.every((value) => own.includes(value));
}

function coversResource(own: readonly string[], resource: string): boolean {
  if (own.includes(ALL) || own.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash !== -1 && own.includes(`*/${resource.slice(slash + 1)}`);
}

function coversNames(own: readonly string[], wanted: readonly string[]): boolean {
  if (own.length === 0) return true;
  return wanted.length > 0 && wanted.every((name) => own.includes(name));
}

/** Joins rules on the same single resource into one with all their verbs (Go: rbac/validation.CompactRules). */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const others: PolicyRule[] = [];
  const simple = new Map<string, { rule: PolicyRule; verbs: string[] }>();
  for (const rule of rules) {
    const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
    if (apiGroups.length !== 1 || resources.length !== 1 || resourceNames.length > 1 || nonResourceURLs.length > 0) {
      others.push(rule);
      continue;
    }
    const key = JSON.stringify([apiGroups, resources, resourceNames]);
    const known = simple.get(key);
    if (known === undefined) simple.set(key, { rule, verbs: [...rule.verbs] });
    else known.verbs.push(...rule.verbs);
  }
  return [...others, ...Array.from(simple.values(), ({ rule, verbs }) => ({ ...rule, verbs }))];
}
