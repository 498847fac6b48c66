import { labelSelectorOf } from '../../apimachinery/label-selector.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import type { Typed } from '../../client/client.js';
import type { Lister } from '../../client/informer.js';
import { CLUSTER_ROLES } from '../../component-helpers/resources.js';
import type { ClusterRole, PolicyRule } from '../../schema/generated/rbac-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';

type Role = Typed<ClusterRole>;

const NAME = 'clusterrole-aggregation-controller';

/** Writes into ClusterRoles with an aggregationRule the rules of those that it selects (Go: clusterroleaggregation). */
export const clusterRoleAggregationController: ControllerDescriptor = {
  name: NAME,
  alias: 'clusterrole-aggregation',
  start(context) {
    const { client, informers } = context;
    const roles = informers.of<Role>(CLUSTER_ROLES).addIndex('aggregating', ({ aggregationRule }) => (aggregationRule ? ['yes'] : []));
    const work = context.queue(async (name) => {
      const role = roles.get('', name);
      if (role?.aggregationRule === undefined) return;
      const rules = aggregated(role, roles);
      if (semanticEqual(rules, role.rules ?? [])) return;
      const configuration = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
      await client.patch({ resource: CLUSTER_ROLES }, name, 'apply', configuration, { fieldManager: NAME, force: true });
    });
    // Any role may feed any other, and those that aggregate are few.
    const enqueue = (): void => {
      for (const { metadata } of roles.byIndex('aggregating', 'yes')) work.add(metadata.name ?? '');
    };
    roles.addHandler({ added: enqueue, updated: enqueue, deleted: enqueue });
  },
};

/** The rules of all selected roles, each once, in the order of the selectors and of the roles' names. */
function aggregated(role: Role, roles: Lister<Role>): readonly PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const parsed = labelSelectorOf(selector);
    const selected = roles.list().filter(({ metadata }) => metadata.name !== role.metadata.name && parsed.matches(metadata.labels ?? {}));
    for (const { rules: found } of selected.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))) {
      for (const rule of found ?? []) if (!rules.some((known) => semanticEqual(known, rule))) rules.push(rule);
    }
  }
  return rules;
}
