import { sortKeys } from '../schema/sort-keys.js';
import type { ObjectMeta } from './object.js';

/** Sets a label or an annotation, keeping the order in which Go writes keys. Maps are replaced, never changed: they may be shared. */
export function setMetadataEntry(metadata: ObjectMeta, field: 'labels' | 'annotations', key: string, value: string): void {
  const map = metadata[field];
  if (map !== undefined && Object.hasOwn(map, key) && map[key] === value) return;
  metadata[field] = sortKeys({ ...map, [key]: value });
}
