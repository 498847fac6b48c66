import { NumberLiteral, RepeatedKeys, type LiteralValue } from '../schema/json-literal.js';
import type { JsonObject, JsonValue } from '../schema/type.js';

/** An object of literal values in which no key is repeated. */
export type PatchObject = { readonly [key: string]: LiteralValue | undefined };

/** An object: neither null, nor a list, nor a number that is kept as its text. */
export function isObject(value: JsonValue | undefined): value is JsonObject;
export function isObject(value: LiteralValue | undefined): value is PatchObject;
export function isObject(value: LiteralValue | undefined): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof NumberLiteral) &&
    !(value instanceof RepeatedKeys)
  );
}

/** A list; unlike Array.isArray this keeps the element type of read-only lists. */
export function isList(value: JsonValue | undefined): value is JsonValue[];
export function isList(value: LiteralValue | undefined): value is readonly LiteralValue[];
export function isList(value: LiteralValue | undefined): boolean {
  return Array.isArray(value);
}

/** A member of the object itself: never what it inherits, so `constructor` is absent unless someone wrote it. */
export function member<V>(object: { readonly [key: string]: V | undefined }, key: string): V | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
