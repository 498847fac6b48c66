import type { JsonObject } from '../schema/type.js';

/** metadata of any object, in JSON form (metav1.ObjectMeta). */
export interface ObjectMeta {
  name?: string | undefined;
  generateName?: string | undefined;
  namespace?: string | undefined;
  selfLink?: string | undefined;
  uid?: string | undefined;
  resourceVersion?: string | undefined;
  generation?: number | undefined;
  /** RFC 3339, seconds, UTC. */
  creationTimestamp?: string | undefined;
  deletionTimestamp?: string | undefined;
  deletionGracePeriodSeconds?: number | undefined;
  labels?: Record<string, string> | undefined;
  annotations?: Record<string, string> | undefined;
  ownerReferences?: OwnerReference[] | undefined;
  finalizers?: string[] | undefined;
  managedFields?: ManagedFieldsEntry[] | undefined;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean | undefined;
  blockOwnerDeletion?: boolean | undefined;
}

export interface ManagedFieldsEntry {
  manager?: string | undefined;
  operation?: string | undefined;
  apiVersion?: string | undefined;
  time?: string | undefined;
  fieldsType?: string | undefined;
  fieldsV1?: JsonObject | undefined;
  subresource?: string | undefined;
}

/**
 * Any API object in JSON form, as decoded: normalised the way Go would write it
 * back. Mutable while one request owns it, immutable once stored.
 */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: unknown;
  status?: unknown;
}

/** An object of a generated type as the registry handles it: with kind, version and metadata. */
export type Typed<T> = Omit<T, 'apiVersion' | 'kind' | 'metadata'> & KubeObject;

/** The same object seen as its generated type; sound for objects that were decoded as it. */
export function typed<T>(object: KubeObject): Typed<T> {
  return object as Typed<T>;
}

/** The same object seen as plain JSON. */
export function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject;
}

/** Plain JSON seen as an object; only for values that a decoder made or that were stored. */
export function asObject(value: JsonObject): KubeObject {
  return value as unknown as KubeObject;
}

/** A copy whose metadata may be changed; everything below is shared with the original. */
export function withOwnMetadata(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata } };
}

/** The object with these as its first fields, as Go writes them; itself if it begins with them. */
export function withKind(object: KubeObject, kind: string, apiVersion: string): KubeObject {
  let position = 0;
  for (const key in object) {
    if (position === 0 ? key !== 'kind' : key !== 'apiVersion') break;
    if (++position === 2) return object;
  }
  return { ...{ kind, apiVersion }, ...object };
}

/** Structural equality of JSON values; keys whose value is undefined count as absent. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let defined = 0;
  for (const key of Object.keys(left)) {
    const value = left[key];
    if (value === undefined) continue;
    defined++;
    if (!Object.hasOwn(right, key) || !deepEqual(value, right[key])) return false;
  }
  for (const key of Object.keys(right)) if (right[key] !== undefined) defined--;
  return defined === 0;
}
