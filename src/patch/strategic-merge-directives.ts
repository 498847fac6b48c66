import { badRequest } from '../apimachinery/status.js';
import { setOwn } from '../schema/set-own.js';
import type { JsonObject, JsonValue } from '../schema/type.js';
import { patchBroken } from './patch-errors.js';
import { isObject, member } from './patch-members.js';
import { goMapString, goStringVerb, goValueType } from './strategic-merge-print.js';

/** Says what to do with the map or list element it is in: `delete` or `replace`. */
export const DIRECTIVE = '$patch';
/** `$setElementOrder/<list>`: the order that a merged list shall have. */
export const ORDER_PREFIX = '$setElementOrder';
/** `$deleteFromPrimitiveList/<list>`: scalars that shall go. */
export const DELETE_PREFIX = '$deleteFromPrimitiveList';
/** The only members of a map that shall stay. */
export const RETAIN_KEYS = '$retainKeys';

/** The name of the list that a parallel directive speaks of. */
export function directiveTarget(key: string, prefix: typeof ORDER_PREFIX | typeof DELETE_PREFIX): string {
  const slash = key.indexOf('/');
  if (slash !== -1 && key.slice(0, slash) === prefix) return key.slice(slash + 1);
  throw badRequest(prefix === ORDER_PREFIX ? 'invalid patch format of setElementOrder list' : 'invalid patch format of primitive list');
}

/** A map with `$patch` in it: it replaces the original, or empties it. */
export function followDirective(patch: JsonObject): JsonObject {
  const directive = member(patch, DIRECTIVE);
  if (directive === 'delete') return {};
  if (directive !== 'replace') throw unknownDirective(directive, patch);
  delete patch[DIRECTIVE];
  return patch;
}

export function unknownDirective(directive: JsonValue | undefined, map: JsonObject): Error {
  return patchBroken(`unknown patch type: ${goStringVerb(directive)} in map: ${goMapString(map)}`);
}

/**
 * Obeys `$retainKeys`: drops what it doesn't list from the original. The patch
 * itself may only speak of listed members. Changes both arguments.
 */
export function retainKeys(original: JsonObject, patch: JsonObject): void {
  const listed = member(patch, RETAIN_KEYS);
  if (listed === undefined) return;
  delete patch[RETAIN_KEYS];
  if (!Array.isArray(listed)) throw badRetainKeys();
  const retained = new Set(listed);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || key.startsWith(DELETE_PREFIX) || key.startsWith(ORDER_PREFIX)) continue;
    if (!retained.has(key)) throw badRetainKeys();
  }
  for (const key of Object.keys(original)) if (!retained.has(key)) delete original[key];
}

function badRetainKeys(): Error {
  return badRequest('invalid patch format of retainKeys');
}

/** Removes null members of all objects in a value that is new; null elements of lists stay. Changes it. */
export function discardNulls(value: JsonValue): void {
  if (Array.isArray(value)) {
    for (const item of value) discardNulls(item);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      const inner = value[key];
      if (inner === undefined || inner === null) delete value[key];
      else discardNulls(inner);
    }
  }
}

/** A new value without the maps that carry `$patch`; undefined if it is one itself. May change it. */
export function withoutDirectives(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) {
    const kept: JsonValue[] = [];
    for (const item of value) {
      const inner = withoutDirectives(item);
      if (inner !== undefined) kept.push(inner);
    }
    return kept;
  }
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  for (const key of Object.keys(value)) {
    const inner = withoutDirectives(value[key] ?? null);
    if (inner === undefined) delete value[key];
    else setOwn(value, key, inner);
  }
  return value;
}

/**
 * The patch's elements must all be in the `$setElementOrder` list and in its
 * order; elements that only carry a directive don't count.
 */
export function checkOrder(patch: readonly JsonValue[], order: readonly JsonValue[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return;
  let pending: readonly JsonValue[] = patch;
  if (mergeKey !== '') {
    pending = patch.filter((item) => {
      if (!isObject(item)) throw badType({}, item);
      return member(item, DIRECTIVE) !== 'delete';
    });
  }
  let next = 0;
  let place = 0;
  while (next < pending.length && place < order.length) {
    const item = pending[next] ?? null;
    if (isObject(item) && Object.hasOwn(item, DIRECTIVE)) {
      next++;
      continue;
    }
    if (sameElement(item, order[place] ?? null, mergeKey)) next++;
    place++;
  }
  if (next < pending.length) {
    throw patchBroken(
      `The order in patch list:\n${goMapString([...patch])}\n doesn't match ${ORDER_PREFIX} list:\n${goMapString([...order])}\n`,
    );
  }
}

function sameElement(left: JsonValue, right: JsonValue, mergeKey: string): boolean {
  if (mergeKey === '') return left === right;
  if (!isObject(left)) throw badType({}, left);
  if (!isObject(right)) throw badType({}, right);
  return keyOf(left, mergeKey) === keyOf(right, mergeKey);
}

/** The value of an element's merge key; 500 if it has none. */
export function keyOf(element: JsonObject, mergeKey: string): JsonValue {
  const key = member(element, mergeKey);
  if (key === undefined) throw patchBroken(`map: ${goMapString(element)} does not contain declared merge key: ${mergeKey}`);
  return key;
}

/** 500: another Go type than needed; `expected` is any value of the right one. */
export function badType(expected: JsonValue, actual: JsonValue | undefined): Error {
  return patchBroken(`expected a ${goValueType(expected)}, but received a ${goValueType(actual)}`);
}
