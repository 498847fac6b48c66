import type { LiteralValue } from '../schema/json-literal.js';
import { setOwn } from '../schema/set-own.js';
import type { JsonValue } from '../schema/type.js';
import { notAMergePatch } from './patch-errors.js';
import { isList, isObject, member, type PatchObject } from './patch-members.js';

/**
 * Applies a JSON merge patch (RFC 7386) as the real server does (Go package:
 * gopkg.in/evanphx/json-patch.v4, MergePatch). Neither argument is changed; what
 * the patch doesn't touch is shared with the result. `decodeMergePatch` gives
 * the patch.
 *
 * Where the real one leaves the RFC, so does this: null members are removed from
 * every new object, also inside new lists, but a list that replaces an object is
 * taken as it is; null elements of lists stay. A list as the patch (possible with
 * fieldValidation=Ignore only) becomes the result; null or a scalar is 400.
 *
 * The members of every object that the patch reaches come sorted, as in the text
 * that the real server's errors quote. Decoding the result is the next step, and
 * its faults are `patchResultInvalid` with the result as `printJson`.
 */
export function applyMergePatch(document: JsonValue, patch: JsonValue): JsonValue;
export function applyMergePatch(document: LiteralValue, patch: LiteralValue): LiteralValue;
export function applyMergePatch(document: LiteralValue, patch: LiteralValue): LiteralValue {
  if (isList(patch)) return withoutNulls(patch);
  if (!isObject(patch)) throw notAMergePatch();
  return isObject(document) ? mergeObjects(document, patch) : withoutNulls(patch);
}

function mergeObjects(document: PatchObject, patch: PatchObject): PatchObject {
  const names = Object.keys(document);
  for (const name of Object.keys(patch)) if (!Object.hasOwn(document, name)) names.push(name);
  names.sort();
  const result: { [key: string]: LiteralValue } = {};
  for (const name of names) {
    const change = member(patch, name);
    if (change === null) continue;
    const current = member(document, name);
    const value = change === undefined ? current : merge(current, change);
    if (value !== undefined) setOwn(result, name, value);
  }
  return result;
}

function merge(current: LiteralValue | undefined, change: LiteralValue): LiteralValue {
  if (!isObject(current)) return withoutNulls(change);
  return isObject(change) ? mergeObjects(current, change) : change;
}

/** A value that is new in the document: what is null in its objects means "absent". */
function withoutNulls(value: LiteralValue): LiteralValue {
  if (isList(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const result: { [key: string]: LiteralValue } = {};
  for (const name of Object.keys(value).sort()) {
    const inner = value[name];
    if (inner !== undefined && inner !== null) setOwn(result, name, withoutNulls(inner));
  }
  return result;
}
