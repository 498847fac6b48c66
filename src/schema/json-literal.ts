import type { JsonObject, JsonValue } from './type.js';
import { setOwn } from './set-own.js';

/**
 * A number whose text says more than its JavaScript value: `1.0` and `1e3`,
 * which are no integers to Go, and integers beyond 2^53.
 */
export class NumberLiteral {
  constructor(readonly text: string) {}

  get value(): number {
    return Number(this.text);
  }
}

/** An object in which a key is given more than once: all entries, in the text's order. */
export class RepeatedKeys {
  constructor(readonly entries: readonly (readonly [key: string, value: LiteralValue])[]) {}
}

/** A JSON value that keeps what `JSON.parse` forgets. Every JsonValue is one. */
export type LiteralValue =
  | null
  | boolean
  | number
  | string
  | readonly LiteralValue[]
  | { readonly [key: string]: LiteralValue | undefined }
  | NumberLiteral
  | RepeatedKeys;

/** A container that is being filled; no recursion, so that nesting costs no stack. */
type Open =
  | { readonly isList: true; readonly items: LiteralValue[] }
  | { readonly isList: false; readonly entries: [string, LiteralValue][]; readonly seen: Set<string>; repeated: boolean; key: string };

/** Parses a text that is known to be valid JSON. Slower than `JSON.parse`; meant for the rare text that needs it. */
export function parseLiteral(text: string): LiteralValue {
  const stack: Open[] = [];
  let at = 0;
  for (;;) {
    let value: LiteralValue;
    const c = text.charCodeAt(at);
    if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09 || c === 0x2c || c === 0x3a) {
      at++;
      continue;
    }
    if (c === 0x7b || c === 0x5b) {
      stack.push(c === 0x5b ? { isList: true, items: [] } : { isList: false, entries: [], seen: new Set(), repeated: false, key: '' });
      at++;
      // An object's next string is a key unless the object ends at once.
      if (c === 0x7b) at = readKey(text, at, stack);
      continue;
    }
    if (c === 0x7d || c === 0x5d) {
      const closed = stack.pop();
      if (closed === undefined) throw new Error('text is no valid JSON');
      value = close(closed);
      at++;
    } else {
      const end = tokenEnd(text, at);
      value = scalar(text.slice(at, end));
      at = end;
    }
    const parent = stack[stack.length - 1];
    if (parent === undefined) return value;
    if (parent.isList) parent.items.push(value);
    else {
      if (parent.seen.has(parent.key)) parent.repeated = true;
      parent.seen.add(parent.key);
      parent.entries.push([parent.key, value]);
      at = readKey(text, at, stack);
    }
  }
}

/** Reads the key that follows in the innermost object, if one does; returns the position behind it. */
function readKey(text: string, from: number, stack: Open[]): number {
  let at = from;
  for (let c = text.charCodeAt(at); c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09 || c === 0x2c; c = text.charCodeAt(++at));
  if (text.charCodeAt(at) !== 0x22) return at;
  const end = tokenEnd(text, at);
  const top = stack[stack.length - 1];
  if (top !== undefined && !top.isList) top.key = JSON.parse(text.slice(at, end)) as string;
  return end;
}

function close(open: Open): LiteralValue {
  if (open.isList) return open.items;
  if (open.repeated) return new RepeatedKeys(open.entries);
  const object: { [key: string]: LiteralValue } = {};
  for (const [key, value] of open.entries) setOwn(object, key, value);
  return object;
}

function tokenEnd(text: string, from: number): number {
  let at = from;
  if (text.charCodeAt(at) === 0x22) {
    for (at++; text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++;
    return at + 1;
  }
  for (; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 0x2c || c === 0x5d || c === 0x7d || c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) break;
  }
  return at;
}

function scalar(token: string): LiteralValue {
  const value = JSON.parse(token) as null | boolean | number | string;
  return typeof value === 'number' && isOddNumber(token, value) ? new NumberLiteral(token) : value;
}

/** True where a number's text can't be told from its value. */
export function isOddNumber(text: string, value: number): boolean {
  return String(value) !== text;
}

/** A literal value that is an object. */
export type LiteralObject = { readonly [key: string]: LiteralValue | undefined } | RepeatedKeys;

/** The entries of an object, repeated keys included. */
export function literalEntries(object: LiteralObject): readonly (readonly [string, LiteralValue | undefined])[] {
  return object instanceof RepeatedKeys ? object.entries : Object.entries(object);
}

/** Gives a literal value's plain form: of a repeated key the last value counts. */
export function plainValue(value: LiteralValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof NumberLiteral) return value.value;
  if (Array.isArray(value)) return (value as readonly LiteralValue[]).map(plainValue);
  const out: JsonObject = {};
  for (const [key, item] of literalEntries(value as LiteralObject))
    if (item !== undefined) setOwn<JsonValue | undefined>(out, key, plainValue(item));
  return out;
}
