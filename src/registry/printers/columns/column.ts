import type { TableColumn } from '../printer.js';

/** A column that every table of the resource shows. */
export function column(name: string, type: string, description: string, format = ''): TableColumn {
  return { name, type, format, description, priority: 0 };
}

/** A column that only `kubectl get -o wide` shows. */
export function wideColumn(name: string, type: string, description: string, format = ''): TableColumn {
  return { name, type, format, description, priority: 1 };
}

/** What the API documentation says of `metadata.name`. */
export const NAME_DESCRIPTION =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';

/** What the API documentation says of `metadata.creationTimestamp`. */
export const CREATED_DESCRIPTION =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

export const nameColumn: TableColumn = column('Name', 'string', NAME_DESCRIPTION, 'name');
export const ageColumn: TableColumn = column('Age', 'string', CREATED_DESCRIPTION);
export const containersColumn: TableColumn = wideColumn('Containers', 'string', 'Names of each container in the template.');
export const imagesColumn: TableColumn = wideColumn('Images', 'string', 'Images referenced by each container in the template.');

export const nameAndAgeColumns: readonly TableColumn[] = [nameColumn, ageColumn];
