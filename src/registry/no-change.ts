import { deepEqual, type KubeObject, type ManagedFieldsEntry } from './object.js';

/**
 * Returns `old` if `object` says the same, times of managedFields aside, so that
 * such a write leaves no trace (Go: IgnoreManagedFieldsTimestampsTransformer and
 * the comparison in GuaranteedUpdate). Otherwise returns `object`, with the old
 * times where only the time of an entry differs.
 */
export function keepUnchanged(object: KubeObject, old: KubeObject): KubeObject {
  if (object === old) return old;
  const fields = object.metadata.managedFields;
  const oldFields = old.metadata.managedFields;
  if (fields !== oldFields && !sameEntries(fields, oldFields)) return object;
  const candidate = fields === oldFields ? object : { ...object, metadata: { ...object.metadata, managedFields: oldFields } };
  return deepEqual(candidate, old) ? old : object;
}

function sameEntries(a: readonly ManagedFieldsEntry[] | undefined, b: readonly ManagedFieldsEntry[] | undefined): boolean {
  const left = a ?? [];
  const right = b ?? [];
  if (left.length !== right.length) return false;
  return left.every((entry, i) => {
    const other = right[i];
    return (
      other !== undefined &&
      entry.manager === other.manager &&
      entry.operation === other.operation &&
      entry.apiVersion === other.apiVersion &&
      entry.subresource === other.subresource &&
      deepEqual(entry.fieldsV1, other.fieldsV1)
    );
  });
}
