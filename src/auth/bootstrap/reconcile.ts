import { deepEqual, type KubeObject } from '../../registry/object.js';
import { uncovered } from '../rbac/covers.js';
import type { BindingObject, RoleObject, Subject } from '../rbac/policy-rule.js';
import { AUTOUPDATE_ANNOTATION } from './policy.js';

/** What to do so that a default object grants at least what it should. */
export type Reconciliation<T> =
  | { readonly operation: 'none' }
  | { readonly operation: 'create' | 'update'; readonly object: T }
  /** The roleRef differs, which no update can change. */
  | { readonly operation: 'recreate'; readonly object: T };

const NONE = { operation: 'none' } as const;

/**
 * Adds what a role lacks and leaves what it has besides, so that upgrades extend
 * rights and never take an administrator's away (Go:
 * component-helpers/auth/rbac/reconciliation). The annotation
 * `rbac.authorization.kubernetes.io/autoupdate: "false"` keeps an object as it is.
 */
export function reconcileRole(expected: RoleObject, existing: RoleObject | undefined): Reconciliation<RoleObject> {
  if (existing === undefined) return { operation: 'create', object: expected };
  if (isProtected(existing)) return NONE;
  const merged = withMetadata(existing, expected);
  const missing = uncovered(existing.rules ?? [], expected.rules ?? []);
  const rules = missing.length === 0 ? existing.rules : [...(existing.rules ?? []), ...missing];
  const aggregationRule = aggregation(expected, existing);
  const changed: RoleObject = { ...merged, rules, aggregationRule };
  if (aggregationRule === undefined) delete (changed as { aggregationRule?: unknown }).aggregationRule;
  return deepEqual(changed, existing) ? NONE : { operation: 'update', object: changed };
}

/** Adds the subjects that a binding lacks. */
export function reconcileBinding(expected: BindingObject, existing: BindingObject | undefined): Reconciliation<BindingObject> {
  if (existing === undefined) return { operation: 'create', object: expected };
  if (isProtected(existing)) return NONE;
  if (!deepEqual(expected.roleRef, existing.roleRef)) return { operation: 'recreate', object: expected };
  const present = existing.subjects ?? [];
  const missing = (expected.subjects ?? []).filter((subject) => !present.some((other) => sameSubject(subject, other)));
  const changed = { ...withMetadata(existing, expected), subjects: missing.length === 0 ? existing.subjects : [...present, ...missing] };
  return deepEqual(changed, existing) ? NONE : { operation: 'update', object: changed };
}

function isProtected({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[AUTOUPDATE_ANNOTATION] === 'false';
}

/** Expected labels and annotations are added; those that are there win. */
function withMetadata<T extends KubeObject>(existing: T, expected: T): T {
  const { metadata } = existing;
  return {
    ...existing,
    metadata: {
      ...metadata,
      labels: { ...expected.metadata.labels, ...metadata.labels },
      annotations: { ...expected.metadata.annotations, ...metadata.annotations },
    },
  };
}

function aggregation(expected: RoleObject, existing: RoleObject): RoleObject['aggregationRule'] {
  if (expected.aggregationRule === undefined) return undefined;
  const present = existing.aggregationRule?.clusterRoleSelectors ?? [];
  const missing = (expected.aggregationRule.clusterRoleSelectors ?? []).filter(
    (selector) => !present.some((other) => deepEqual(selector, other)),
  );
  return missing.length === 0 ? existing.aggregationRule : { clusterRoleSelectors: [...present, ...missing] };
}

function sameSubject(a: Subject, b: Subject): boolean {
  return a.kind === b.kind && a.name === b.name && (a.apiGroup ?? '') === (b.apiGroup ?? '') && (a.namespace ?? '') === (b.namespace ?? '');
}
