import { bootstrapPolicy, type BootstrapObject } from '../auth/bootstrap/policy.js';
import { reconcileBinding, reconcileRole, type Reconciliation } from '../auth/bootstrap/reconcile.js';
import { RBAC_GROUP } from '../auth/rbac/index.js';
import type { BindingObject, RoleObject } from '../auth/rbac/policy-rule.js';
import type { Client, Target } from '../client/client.js';
import { find } from '../client/find.js';
import type { KubeObject } from '../registry/object.js';

/**
 * Gives the default roles and bindings back what they lack, as an API server does
 * when it starts on data that is there already (the documentation of RBAC,
 * "Auto-reconciliation").
 */
export async function reconcilePolicy(client: Client): Promise<void> {
  const server = client.as('system:apiserver', ['system:masters'], 'kube-apiserver');
  for (const expected of bootstrapPolicy()) {
    const { metadata } = expected.object;
    const target = { resource: { group: RBAC_GROUP, version: 'v1', resource: expected.resource }, namespace: metadata.namespace };
    await carryOut(server, target, await difference(server, target, expected));
  }
}

async function difference(client: Client, target: Target, expected: BootstrapObject): Promise<Reconciliation<RoleObject | BindingObject>> {
  const existing = await find(client, target, expected.object.metadata.name ?? '');
  return 'roleRef' in expected.object
    ? reconcileBinding(expected.object, existing as BindingObject | undefined)
    : reconcileRole(expected.object, existing as RoleObject | undefined);
}

async function carryOut(client: Client, target: Target, step: Reconciliation<KubeObject>): Promise<void> {
  if (step.operation === 'none') return;
  const { operation, object } = step;
  if (operation === 'update') {
    await client.update(target, object);
    return;
  }
  if (operation === 'recreate') await client.delete(target, object.metadata.name ?? '');
  await client.create(target, object);
}
