import { badRequest } from '../../apimachinery/status.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import type { KubeObject } from '../../registry/object.js';
import { aggregateText } from '../aggregate.js';
import type { Authorizer } from '../authorization/authorizer.js';

/** authorization.k8s.io/v1 SelfSubjectRulesReview. */
export interface RulesReview extends KubeObject {
  spec: { readonly namespace?: string | undefined };
}

/**
 * The answer to `POST …/selfsubjectrulesreviews`; as in the real server it does
 * not repeat the spec (Go: pkg/registry/authorization/selfsubjectrulesreview).
 */
export function reviewRules(review: RulesReview, user: UserInfo, authorizer: Authorizer): KubeObject {
  const namespace = review.spec.namespace ?? '';
  if (namespace === '') throw badRequest('no namespace on request');
  const { rules, incomplete, errors } = authorizer.rulesFor(user, namespace);
  const resourceRules: Record<string, unknown>[] = [];
  const nonResourceRules: Record<string, unknown>[] = [];
  for (const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } of rules) {
    if (resources.length > 0) {
      const rule: Record<string, unknown> = { verbs: [...verbs] };
      if (apiGroups.length > 0) rule['apiGroups'] = [...apiGroups];
      rule['resources'] = [...resources];
      if (resourceNames.length > 0) rule['resourceNames'] = [...resourceNames];
      resourceRules.push(rule);
    }
    if (nonResourceURLs.length > 0) nonResourceRules.push({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] });
  }
  const status: Record<string, unknown> = { resourceRules, nonResourceRules, incomplete };
  if (errors.length > 0) status['evaluationError'] = aggregateText(errors);
  return { kind: 'SelfSubjectRulesReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec: {}, status };
}
