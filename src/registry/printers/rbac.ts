import type { RoleBinding, Subject } from '../../schema/generated/rbac-v1.js';
import { clusterRoleBindingColumns, roleBindingColumns } from './columns/rbac.js';
import { ageOf } from './format/age.js';
import { printer, type PrintersByResource, type TableColumn, type TablePrinter, type View } from './printer.js';

/** Both kinds of binding look alike. */
function bindings(columns: readonly TableColumn[]): TablePrinter {
  return printer<RoleBinding>({
    columns,
    cells: ({ metadata, roleRef, subjects }, now) => [
      metadata?.name ?? '',
      `${roleRef?.kind ?? ''}/${roleRef?.name ?? ''}`,
      ageOf(metadata?.creationTimestamp, now),
      ...subjectCells(subjects ?? []),
    ],
  });
}

function subjectCells(subjects: readonly View<Subject>[]): [users: string, groups: string, serviceAccounts: string] {
  const users: string[] = [];
  const groups: string[] = [];
  const serviceAccounts: string[] = [];
  for (const { kind, namespace, name } of subjects) {
    if (kind === 'User') users.push(name ?? '');
    else if (kind === 'Group') groups.push(name ?? '');
    else if (kind === 'ServiceAccount') serviceAccounts.push(`${namespace ?? ''}/${name ?? ''}`);
  }
  return [users.join(', '), groups.join(', '), serviceAccounts.join(', ')];
}

/** Roles and ClusterRoles have the default table. */
export const rbacPrinters: PrintersByResource = {
  clusterrolebindings: bindings(clusterRoleBindingColumns),
  rolebindings: bindings(roleBindingColumns),
};
