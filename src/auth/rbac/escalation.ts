import { forbiddenError } from '../../apimachinery/status.js';
import { goQuote } from '../../apimachinery/field-error.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import { deepEqual, type KubeObject, type ObjectMeta } from '../../registry/object.js';
import { aggregateText } from '../aggregate.js';
import { resourceAttributes } from '../authorization/attributes.js';
import type { Authorizer } from '../authorization/authorizer.js';
import { GROUP_MASTERS } from '../identities.js';
import type { RbacAuthorizer } from './authorizer.js';
import { DanglingReference, RBAC_GROUP, type RbacResource } from './index.js';
import { compactRules, uncovered } from './covers.js';
import { compactString, quoteList, type BindingObject, type PolicyRule, type RoleObject } from './policy-rule.js';

const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** Who writes a role or a binding, and where. */
export interface GrantContext {
  readonly user: UserInfo;
  /** The request's; empty for cluster-scoped objects. */
  readonly namespace: string;
  /** The name in the URL; empty on create. */
  readonly name: string;
}

/**
 * Nobody may grant what they don't hold, unless they may `escalate` or `bind`
 * (Go: pkg/registry/rbac/{clusterrole,role,clusterrolebinding,rolebinding}/policybased).
 * Called before validation on create, and on every update with the old object;
 * throws the 403.
 */
export class EscalationCheck {
  /**
   * @param rbac tells what a user holds
   * @param authorizer the whole chain, asked for the verbs `escalate` and `bind`
   */
  constructor(
    private readonly rbac: RbacAuthorizer,
    private readonly authorizer: Authorizer,
  ) {}

  /** For roles and clusterroles. */
  checkRole(resource: 'roles' | 'clusterroles', role: RoleObject, old: RoleObject | undefined, context: GrantContext): void {
    const { user, namespace, name } = context;
    if (user.groups.includes(GROUP_MASTERS)) return;
    const escalate = resourceAttributes(user, { verb: 'escalate', group: RBAC_GROUP, resource, name, namespace });
    if (this.authorizer.authorize(escalate).decision === 'allow') return;
    if (old !== undefined && onlyGarbageCollection(role, old)) return;
    this.confirm({ resource, name: role.metadata.name ?? '' }, rulesOf(role), context);
    if (!aggregates(role) && (old === undefined || !aggregates(old))) return;
    if (uncovered(this.rbac.collect(user, namespace).rules, FULL_AUTHORITY).length > 0) {
      throw forbiddenError(
        { group: RBAC_GROUP, resource },
        role.metadata.name ?? '',
        'must have cluster-admin privileges to use the aggregationRule',
      );
    }
  }

  /** For rolebindings and clusterrolebindings. */
  checkBinding(
    resource: 'rolebindings' | 'clusterrolebindings',
    binding: BindingObject,
    old: BindingObject | undefined,
    context: GrantContext,
  ): void {
    const { user } = context;
    if (user.groups.includes(GROUP_MASTERS)) return;
    if (old !== undefined && onlyGarbageCollection(binding, old)) return;
    const namespace = resource === 'rolebindings' ? context.namespace : '';
    const { roleRef } = binding;
    const target = roleRef.kind === 'ClusterRole' ? 'clusterroles' : roleRef.kind === 'Role' ? 'roles' : undefined;
    if (target !== undefined) {
      const bind = resourceAttributes(user, {
        verb: 'bind',
        group: roleRef.apiGroup ?? '',
        resource: target,
        name: roleRef.name,
        namespace,
      });
      if (this.authorizer.authorize(bind).decision === 'allow') return;
    }
    const rules = this.rbac.index.rulesOf(roleRef, namespace);
    if (rules instanceof DanglingReference) throw rules.registryError(resource);
    this.confirm({ resource, name: binding.metadata.name ?? '' }, rules, { ...context, namespace });
  }

  /** Go: pkg/registry/rbac/validation.ConfirmNoEscalation. */
  private confirm(
    target: { readonly resource: RbacResource; readonly name: string },
    rules: readonly PolicyRule[],
    context: GrantContext,
  ): void {
    const { user, namespace } = context;
    const held = this.rbac.collect(user, namespace);
    const missing = uncovered(held.rules, rules);
    if (missing.length === 0) return;
    const lines = [...new Set(compactRules(missing).map(compactString))].sort();
    const errors = held.dangling.map((reference) => reference.registryError(target.resource).message);
    const resolution = errors.length === 0 ? '' : `; resolution errors: [${aggregateText(errors)}]`;
    throw forbiddenError(
      { group: RBAC_GROUP, resource: target.resource },
      target.name,
      `user ${goQuote(user.name)} (groups=${quoteList(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}${resolution}`,
    );
  }
}

/** This comes before validation, so verbs may be missing. */
function rulesOf({ rules }: RoleObject): PolicyRule[] {
  return (rules ?? []).map((rule: PolicyRule & { readonly verbs: readonly string[] | null }) =>
    rule.verbs === null ? { ...rule, verbs: [] } : rule,
  );
}

function aggregates({ aggregationRule }: RoleObject): boolean {
  return (aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0;
}

/** The garbage collector may change owners and finalizers of roles that it couldn't grant. */
function onlyGarbageCollection(object: KubeObject, old: KubeObject): boolean {
  const strip = ({ ownerReferences, finalizers, selfLink, managedFields, ...rest }: ObjectMeta): ObjectMeta => {
    void ownerReferences;
    void finalizers;
    void selfLink;
    void managedFields;
    return rest;
  };
  return deepEqual({ ...object, metadata: strip(object.metadata) }, { ...old, metadata: strip(old.metadata) });
}
