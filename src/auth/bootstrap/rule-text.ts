import type { PolicyRule } from '../rbac/policy-rule.js';

/**
 * A rule in words, four parts between bars: verbs, API groups (`core` is the
 * empty one), resources and, if any, resource names. Two parts are verbs and
 * paths.
 */
export type RuleText = string;

/** Reads a rule of the data files. */
export function parseRule(text: RuleText): PolicyRule {
  const [verbs = [], second = [], resources, resourceNames] = text.split(' | ').map((part) => part.split(' '));
  if (resources === undefined) return { verbs, nonResourceURLs: second };
  const apiGroups = second.map((group) => (group === 'core' ? '' : group));
  return resourceNames === undefined ? { verbs, apiGroups, resources } : { verbs, apiGroups, resources, resourceNames };
}
