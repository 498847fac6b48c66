import { sortKeys } from '../schema/sort-keys.js';
import type { ObjectMeta } from './object.js';

type StringMap = Readonly<Record<string, string>>;

/** A map with one more entry, its keys in the order in which Go writes them. */
export function withEntry(map: StringMap | undefined, key: string, value: string): Record<string, string> {
  return sortKeys({ ...map, [key]: value });
}

/** Sets a label or an annotation, keeping the order in which Go writes keys. Maps are replaced, never changed: they may be shared. */
export function setMetadataEntry(metadata: ObjectMeta, field: 'labels' | 'annotations', key: string, value: string): void {
  const map = metadata[field];
  if (map !== undefined && Object.hasOwn(map, key) && map[key] === value) return;
  metadata[field] = withEntry(map, key, value);
}

/** Removes labels or annotations, and the map with the last of them. */
export function removeMetadataEntries(metadata: ObjectMeta, field: 'labels' | 'annotations', keys: readonly string[]): void {
  const map = metadata[field];
  if (map === undefined || !keys.some((key) => Object.hasOwn(map, key))) return;
  const kept = Object.entries(map).filter(([key]) => !keys.includes(key));
  if (kept.length === 0) delete metadata[field];
  else metadata[field] = Object.fromEntries(kept);
}
