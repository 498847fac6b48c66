import { setOwn } from '../schema/set-own.js';
import type { JsonObject, JsonValue, StructType, Type } from '../schema/type.js';
import { patchBroken, patchRejected } from './patch-errors.js';
import { isObject, member } from './patch-members.js';
import {
  badType,
  checkOrder,
  DELETE_PREFIX,
  DIRECTIVE,
  directiveTarget,
  discardNulls,
  followDirective,
  keyOf,
  ORDER_PREFIX,
  retainKeys,
  unknownDirective,
  withoutDirectives,
} from './strategic-merge-directives.js';
import { orderElements } from './strategic-merge-order.js';
import { goMapString, goValueType } from './strategic-merge-print.js';
import { goKind, ruleForList, ruleForMap, type MergeRule } from './strategic-merge-schema.js';

/**
 * Applies a strategic merge patch to an object of a built-in type, in the form
 * of the request's version (Go package: apimachinery/pkg/util/strategicpatch;
 * custom resources are refused with 415 before). Neither argument is changed;
 * what the patch doesn't touch is shared with the result.
 *
 * Throws 400, 422 or 500 as `patch-errors.ts` lists. The result is then decoded
 * from its map form: see `from-unstructured.ts` for the texts of that step.
 *
 * A merge key that is an object or a list, and other values that Go can't
 * compare, make the real server panic; here they are equal to nothing.
 */
export function applyStrategicMergePatch(type: StructType, document: JsonObject, patch: JsonObject | null): JsonObject {
  return patch === null ? document : mergeMaps(type, document, structuredCopy(patch));
}

/**
 * The patch as the real server shows it in errors about the result: printed with
 * `goMapString` after merging, when directives and merged lists are gone from it.
 * Only errors need it, so it merges again.
 */
export function strategicMergePatchText(type: StructType, document: JsonObject, patch: JsonObject | null): string {
  if (patch === null) return 'map[]';
  const used = structuredCopy(patch);
  mergeMaps(type, document, used);
  return goMapString(used);
}

/** An own copy, since merging takes the patch apart. */
function structuredCopy<T extends JsonValue>(value: T): T;
function structuredCopy(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    const inner = value[key];
    if (inner !== undefined) setOwn(copy, key, structuredCopy(inner));
  }
  return copy;
}

/** Merges a patch, which it takes apart, into a copy of the original. */
function mergeMaps(type: Type, original: JsonObject, patch: JsonObject): JsonObject {
  if (Object.hasOwn(patch, DIRECTIVE)) return followDirective(patch);
  const result = { ...original };
  retainKeys(result, patch);
  mergeOrderedLists(type, result, patch);
  for (const key of Object.keys(patch)) {
    const change = patch[key];
    if (change === undefined) continue;
    const deleting = key.startsWith(DELETE_PREFIX);
    mergeMember(type, result, deleting ? directiveTarget(key, DELETE_PREFIX) : key, change, deleting);
  }
  return result;
}

function mergeMember(type: Type, result: JsonObject, name: string, change: JsonValue, deleting: boolean): void {
  if (change === null) {
    delete result[name];
    return;
  }
  const current = member(result, name);
  if (isObject(current) && isObject(change)) {
    const rule = ruleForMap(type, name);
    setOwn(result, name, rule.strategy === 'replace' ? change : mergeMaps(rule.type, current, change));
  } else if (Array.isArray(current) && Array.isArray(change)) {
    setOwn(result, name, mergeMemberLists(ruleForList(type, name), current, change, deleting));
  } else if (!deleting || (current !== undefined && typeof current === typeof change && typeof change !== 'object')) {
    putNew(result, name, change);
  }
}

/** A value that has nothing to merge with. */
function putNew(result: JsonObject, name: string, value: JsonValue): void {
  discardNulls(value);
  const kept = withoutDirectives(value);
  if (kept === undefined) delete result[name];
  else setOwn(result, name, kept);
}

function mergeMemberLists(rule: MergeRule, current: JsonValue[], change: JsonValue[], deleting: boolean): JsonValue[] {
  return rule.strategy === 'merge' || deleting ? mergeLists(rule, current, change, deleting) : change;
}

/** Merges the lists that `$setElementOrder` speaks of, and takes them and it out of the patch. */
function mergeOrderedLists(type: Type, result: JsonObject, patch: JsonObject): void {
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(ORDER_PREFIX)) continue;
    const order = patch[key];
    delete patch[key];
    if (!Array.isArray(order)) throw badType([], order);
    const name = directiveTarget(key, ORDER_PREFIX);
    const current = listMember(result, name);
    const change = listMember(patch, name);
    const rule = ruleForList(type, name);
    checkOrder(change ?? [], order, rule.mergeKey);
    if (current === undefined && change === undefined) continue;
    const merged =
      change === undefined
        ? (current ?? [])
        : current === undefined
          ? (withoutDirectives(change) as JsonValue[])
          : mergeMemberLists(rule, current, change, false);
    if (elementKind(current ?? [], change ?? []) === 'map' && rule.mergeKey === '')
      refuseOrderOfMaps([...merged, ...order, ...(current ?? [])]);
    setOwn(result, name, orderElements(merged, order, current ?? [], rule.mergeKey));
    delete patch[name];
  }
}

/** Objects without a merge key can't be put in order; the real server looks for a key without a name. */
function refuseOrderOfMaps(lists: readonly JsonValue[]): void {
  for (const item of lists) {
    if (!isObject(item)) throw badType({}, item);
    keyOf(item, '');
  }
}

function listMember(object: JsonObject, name: string): JsonValue[] | undefined {
  const list = member(object, name);
  if (list !== undefined && !Array.isArray(list)) throw badType([], list);
  return list;
}

function mergeLists(rule: MergeRule, current: JsonValue[], change: JsonValue[], deleting: boolean): JsonValue[] {
  if (current.length === 0 && change.length === 0) return current;
  const kind = elementKind(current, change);
  if (kind === 'map') return mergeMapLists(rule, current as JsonObject[], change as JsonObject[]);
  if (deleting) {
    const gone = new Set(change);
    return current.filter((item) => !gone.has(item));
  }
  return orderElements([...new Set([...current, ...change])], change, current, rule.mergeKey);
}

function mergeMapLists(rule: MergeRule, current: JsonObject[], change: JsonObject[]): JsonValue[] {
  if (rule.mergeKey === '') throw patchBroken(`cannot merge lists without merge key for ${goKind(rule.type)}`);
  const { live, changes } = obeyElementDirectives(rule.mergeKey, current, change);
  const merged = live.slice();
  const places = new Map<JsonValue, number>();
  for (let i = 0; i < merged.length; i++) {
    const key = member(merged[i] ?? {}, rule.mergeKey);
    if (key !== undefined && !places.has(key)) places.set(key, i);
  }
  for (const item of changes) {
    const key = keyOf(item, rule.mergeKey);
    const place = places.get(key);
    const existing = place === undefined ? undefined : merged[place];
    if (place === undefined || existing === undefined) places.set(key, merged.push(item) - 1);
    else merged[place] = mergeMaps(rule.type, existing, item);
  }
  return orderElements(merged, changes, live, rule.mergeKey);
}

/** Takes the elements with `$patch` out of the patch, and does what they say to the live list. */
function obeyElementDirectives(
  mergeKey: string,
  current: JsonObject[],
  change: JsonObject[],
): { live: JsonObject[]; changes: JsonObject[] } {
  const changes: JsonObject[] = [];
  const gone = new Set<JsonValue>();
  let replace = false;
  for (const item of change) {
    const directive = member(item, DIRECTIVE);
    if (directive === undefined) changes.push(item);
    else if (directive === 'delete') gone.add(keyOf(item, mergeKey));
    else if (directive === 'replace') replace = true;
    else if (directive === 'merge') throw patchBroken('merging lists cannot yet be specified in the patch');
    else throw unknownDirective(directive, item);
  }
  if (replace) return { live: changes, changes: [] };
  if (gone.size === 0) return { live: current, changes };
  return {
    live: current.filter((item) => {
      const key = member(item, mergeKey);
      return key === undefined || !gone.has(key);
    }),
    changes,
  };
}

/** The one Go type of all elements; lists of lists and mixed lists are refused. */
function elementKind(current: readonly JsonValue[], change: readonly JsonValue[]): 'map' | 'scalar' {
  let kind: string | undefined;
  for (const list of [current, change]) {
    for (const item of list) {
      const own = goValueType(item);
      if (kind === undefined) {
        kind = own;
        if (Array.isArray(item)) throw patchRejected('lists of lists are not supported');
      } else if (kind !== own) {
        throw patchBroken(`list element types are not identical: ${goMapString([[...current], [...change]])}`);
      }
    }
  }
  if (kind === undefined) throw patchBroken('no elements in any of the given slices');
  return kind === 'map[string]interface {}' ? 'map' : 'scalar';
}
