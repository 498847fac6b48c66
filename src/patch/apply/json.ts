import type { Json } from '../../schema/type.js';

/** A JSON object that is only read. */
export type ReadonlyJsonObject = { readonly [key: string]: Json | undefined };

const OBJECT_PROTOTYPE: unknown = Object.prototype;

/**
 * Reads a member by a name that a user chose. What an object inherits
 * (`constructor`, `__proto__`, …) is no JSON and counts as absent.
 */
export function member(object: ReadonlyJsonObject, name: string): Json | undefined {
  const value: unknown = object[name];
  if (typeof value === 'function' || value === OBJECT_PROTOTYPE) return undefined;
  return value as Json | undefined;
}

/** True for a JSON object (neither null nor a list). */
export function isObject(value: Json | undefined): value is ReadonlyJsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a JSON list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** True if no member is set. */
export function isEmptyObject(object: ReadonlyJsonObject): boolean {
  for (const name in object) if (object[name] !== undefined) return false;
  return true;
}

/** How deep values may be nested: beyond it a walk ends with a `NestingError` instead of an exhausted stack. */
export const MAX_DEPTH = 500;

/** An object is nested deeper than `MAX_DEPTH`. */
export class NestingError extends Error {
  override readonly name = 'NestingError';

  constructor() {
    super('exceeded max depth');
  }
}

/** Equality of JSON values; the order of members does not matter, an absent member differs from null. */
export function equalJson(a: Json | undefined, b: Json | undefined, depth = 0): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (depth > MAX_DEPTH) throw new NestingError();
  if (isList(a)) return isList(b) && equalLists(a, b, depth + 1);
  return !isList(b) && equalObjects(a, b, depth + 1);
}

function equalLists(a: readonly Json[], b: readonly Json[], depth: number): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!equalJson(a[i], b[i], depth)) return false;
  return true;
}

function equalObjects(a: ReadonlyJsonObject, b: ReadonlyJsonObject, depth: number): boolean {
  let members = 0;
  for (const name in a) {
    const value = member(a, name);
    if (value === undefined) continue;
    members++;
    const other = member(b, name);
    if (other === undefined || !equalJson(value, other, depth)) return false;
  }
  for (const name in b) if (b[name] !== undefined) members--;
  return members === 0;
}
