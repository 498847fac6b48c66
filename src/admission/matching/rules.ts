import type { GroupVersionResource } from '../../apimachinery/group-version.js';
import type { RuleWithOperations } from '../../schema/generated/admissionregistration-v1.js';
import type { Attributes } from '../admission.js';

const ALL = '*';

/** Whether a rule is about a request, taken as one for `resource` (Go: webhook/predicates/rules.Matcher). */
export function ruleMatches(rule: RuleWithOperations, attributes: Attributes, resource: GroupVersionResource): boolean {
  return (
    matchesScope(rule.scope, attributes.namespace, resource) &&
    includes(rule.operations, attributes.operation) &&
    includes(rule.apiGroups, resource.group) &&
    includes(rule.apiVersions, resource.version) &&
    matchesResource(rule.resources, resource.resource, attributes.subresource)
  );
}

function includes(items: readonly string[] | undefined, wanted: string): boolean {
  return items?.some((item) => item === ALL || item === wanted) === true;
}

/** A Namespace's requests carry its name as their namespace, though it is cluster-scoped. */
function matchesScope(scope: string | undefined, namespace: string, { group, version, resource }: GroupVersionResource): boolean {
  const isNamespace = group === '' && version === 'v1' && resource === 'namespaces';
  switch (scope) {
    case undefined:
    case ALL:
      return true;
    case 'Namespaced':
      return !isNamespace && namespace !== '';
    case 'Cluster':
      return isNamespace || namespace === '';
    default:
      return false;
  }
}

function matchesResource(items: readonly string[] | undefined, resource: string, subresource: string): boolean {
  return (
    items?.some((item) => {
      const slash = item.indexOf('/');
      const own = slash === -1 ? item : item.slice(0, slash);
      const below = slash === -1 ? '' : item.slice(slash + 1);
      return (own === ALL || own === resource) && (below === ALL || below === subresource);
    }) === true
  );
}
