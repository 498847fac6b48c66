/** Columns of the rbac group's tables; the texts are part of the wire format. */
import type { TableColumn } from '../printer.js';
import { ageColumn, column, nameColumn, wideColumn } from './column.js';

export const roleBindingColumns: readonly TableColumn[] = [
  nameColumn,
  column(
    'Role',
    'string',
    'RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
  ),
  ageColumn,
  wideColumn('Users', 'string', 'Users in the roleBinding'),
  wideColumn('Groups', 'string', 'Groups in the roleBinding'),
  wideColumn('ServiceAccounts', 'string', 'ServiceAccounts in the roleBinding'),
];

export const clusterRoleBindingColumns: readonly TableColumn[] = [
  nameColumn,
  column(
    'Role',
    'string',
    'RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
  ),
  ageColumn,
  wideColumn('Users', 'string', 'Users in the clusterRoleBinding'),
  wideColumn('Groups', 'string', 'Groups in the clusterRoleBinding'),
  wideColumn('ServiceAccounts', 'string', 'ServiceAccounts in the clusterRoleBinding'),
];
