import type { ObjectMeta } from '../../registry/object.js';
import type { BindingObject, PolicyRule, RoleObject, Subject } from '../rbac/policy-rule.js';
import { RBAC_GROUP, type RbacResource } from '../rbac/index.js';
import { CLUSTER_ROLE_BINDINGS, serviceAccount } from './cluster-role-bindings.js';
import { CLUSTER_ROLES } from './cluster-roles.js';
import { CONTROLLER_ROLES } from './controller-roles.js';
import { ROLE_BINDINGS, ROLES } from './namespaced-roles.js';
import { parseRule, type RuleText } from './rule-text.js';

/** A default object and the resource it belongs to. */
export type BootstrapObject =
  | { readonly resource: 'clusterroles' | 'roles'; readonly object: RoleObject }
  | { readonly resource: 'clusterrolebindings' | 'rolebindings'; readonly object: BindingObject };

/** Set to `false` on a default object, it keeps the server from reconciling it. */
export const AUTOUPDATE_ANNOTATION = 'rbac.authorization.kubernetes.io/autoupdate';

const API_VERSION = `${RBAC_GROUP}/v1`;

/**
 * The roles and bindings that every API server makes at its start, in the order
 * in which it does (Go: plugin/pkg/auth/authorizer/rbac/bootstrappolicy). New
 * objects each time: the caller owns them.
 */
export function* bootstrapPolicy(): Generator<BootstrapObject> {
  for (const { name, aggregateTo, aggregates, rules } of CLUSTER_ROLES) {
    const metadata = metadataOf(name);
    if (aggregateTo !== undefined) metadata.labels = { ...metadata.labels, [aggregationLabel(aggregateTo)]: 'true' };
    yield { resource: 'clusterroles', object: role('ClusterRole', metadata, rules, aggregates) };
  }
  const controllers = Object.entries(CONTROLLER_ROLES);
  for (const [name, rules] of controllers)
    yield { resource: 'clusterroles', object: role('ClusterRole', metadataOf(`system:controller:${name}`), rules) };
  for (const { name, subjects } of CLUSTER_ROLE_BINDINGS) yield binding('clusterrolebindings', metadataOf(name), subjects, name);
  for (const [name] of controllers) {
    const full = `system:controller:${name}`;
    yield binding('clusterrolebindings', metadataOf(full), [serviceAccount(name)], full);
  }
  for (const { namespace, name, rules } of ROLES) yield { resource: 'roles', object: role('Role', metadataOf(name, namespace), rules) };
  for (const { namespace, name, role: target, subjects } of ROLE_BINDINGS) {
    yield binding('rolebindings', metadataOf(name, namespace), subjects, target ?? name);
  }
}

/** What the node authorizer lets every node do, besides what depends on its pods. */
export function nodeRules(): PolicyRule[] {
  return (CLUSTER_ROLES.find(({ name }) => name === 'system:node')?.rules ?? []).map(parseRule);
}

function aggregationLabel(role: string): string {
  return `${RBAC_GROUP}/aggregate-to-${role}`;
}

function metadataOf(name: string, namespace?: string): ObjectMeta {
  const metadata: ObjectMeta = { name };
  if (namespace !== undefined) metadata.namespace = namespace;
  metadata.labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
  metadata.annotations = { [AUTOUPDATE_ANNOTATION]: 'true' };
  return metadata;
}

function role(kind: 'Role' | 'ClusterRole', metadata: ObjectMeta, rules: readonly RuleText[] | undefined, aggregates?: string): RoleObject {
  const object = { apiVersion: API_VERSION, kind, metadata, rules: rules === undefined ? null : rules.map(parseRule) };
  if (aggregates === undefined) return object;
  return { ...object, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregationLabel(aggregates)]: 'true' } }] } };
}

function binding(
  resource: RbacResource & `${string}bindings`,
  metadata: ObjectMeta,
  subjects: readonly Subject[],
  to: string,
): BootstrapObject {
  const [kind, target] = resource === 'rolebindings' ? ['RoleBinding', 'Role'] : ['ClusterRoleBinding', 'ClusterRole'];
  const roleRef = { apiGroup: RBAC_GROUP, kind: target, name: to };
  const object = { apiVersion: API_VERSION, kind, metadata };
  return {
    resource,
    object: subjects.length === 0 ? { ...object, roleRef } : { ...object, subjects: subjects.map((subject) => ({ ...subject })), roleRef },
  };
}
