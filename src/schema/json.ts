import { isUtf8 } from 'node:buffer';
import { goQuote } from '../apimachinery/field-error.js';
import { DecodingError } from './decoding-error.js';
import { isOddNumber, literalEntries, NumberLiteral, parseLiteral, type LiteralObject, type LiteralValue } from './json-literal.js';
import { jsonSyntaxError, MAX_DEPTH } from './json-syntax.js';
import type { JsonValue } from './type.js';

/** Go reports no more strict errors than these (sigs.k8s.io/json). */
export const MAX_STRICT_ERRORS = 100;

/** A text that is no JSON; the message is Go's. */
export class JsonSyntaxError extends DecodingError {
  override readonly name = 'JsonSyntaxError';
}

/** A parsed body. */
export class ParsedJson {
  private known: LiteralValue | undefined;

  constructor(
    /** The plain value; of a repeated key the last one counts. */
    readonly value: JsonValue,
    /** Levels of nesting. */
    readonly depth = 0,
    /** The text, kept only where `value` might not tell all of it. */
    private readonly text?: string,
  ) {}

  /**
   * The value with what JavaScript's numbers and objects can't hold: odd numbers
   * (`NumberLiteral`) and repeated keys (`RepeatedKeys`). Almost always it is
   * `value` itself. This is what `decodeObject` wants.
   */
  get literal(): LiteralValue {
    if (this.text === undefined) return this.value;
    this.known ??= parseLiteral(this.text);
    return this.known;
  }
}

/**
 * Parses a JSON body as the real server does (sigs.k8s.io/json): bytes that are
 * no UTF-8 become U+FFFD, nesting is limited, and faults have Go's words.
 * @throws JsonSyntaxError
 */
export function parseJson(bytes: Buffer): ParsedJson {
  const text = wellFormed(textOf(bytes));
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    throw new JsonSyntaxError(jsonSyntaxError(bytes) ?? 'unexpected end of JSON input');
  }
  const survey = surveyJson(bytes);
  if (survey.depth > MAX_DEPTH) throw new JsonSyntaxError(jsonSyntaxError(bytes) ?? 'exceeded max depth');
  const needsText = survey.odd || survey.keys !== countKeys(value);
  return new ParsedJson(value, survey.depth, needsText ? text : undefined);
}

/**
 * The faults `duplicate field "…"` of a body that has no type, in the order and
 * form of sigs.k8s.io/json's strict decoder. For typed objects `decodeObject`
 * reports them itself, between the unknown fields.
 */
export function duplicateFields(parsed: ParsedJson): string[] {
  const literal = parsed.literal;
  if (literal === parsed.value) return [];
  const found = new Set<string>();
  collectDuplicates(literal, '', found);
  return [...found].slice(0, MAX_STRICT_ERRORS);
}

function collectDuplicates(value: LiteralValue, path: string, found: Set<string>): void {
  if (typeof value !== 'object' || value === null || value instanceof NumberLiteral) return;
  if (Array.isArray(value)) {
    (value as readonly LiteralValue[]).forEach((item, i) => {
      collectDuplicates(item, `${path}[${String(i)}]`, found);
    });
    return;
  }
  const seen = new Set<string>();
  for (const [key, item] of literalEntries(value as LiteralObject)) {
    const below = path === '' ? key : `${path}.${key}`;
    if (seen.has(key)) found.add(`duplicate field ${goQuote(below)}`);
    seen.add(key);
    if (item !== undefined) collectDuplicates(item, below, found);
  }
}

/** UTF-8 decoding as Go does it: one U+FFFD for every byte that begins no character. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') && !isUtf8(bytes) ? lossyText(bytes) : text;
}

function lossyText(bytes: Buffer): string {
  const parts: string[] = [];
  let valid = 0;
  let at = 0;
  while (at < bytes.length) {
    const size = characterSize(bytes, at);
    if (size > 0) {
      at += size;
      continue;
    }
    parts.push(bytes.toString('utf8', valid, at), '\ufffd');
    at++;
    valid = at;
  }
  parts.push(bytes.toString('utf8', valid));
  return parts.join('');
}

/** Bytes of the character at `at`, or 0 if there is none. */
function characterSize(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return at + size <= bytes.length && isUtf8(bytes.subarray(at, at + size)) ? size : 0;
}

const SURROGATES = /\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g;

/** Turns escaped halves of surrogate pairs into U+FFFD, which UTF-8 would make of them anyway. */
function wellFormed(text: string): string {
  if (!text.includes('\\u')) return text;
  return text.replace(SURROGATES, (found) => (found.length === 6 ? '\\ufffd' : found));
}

interface Survey {
  /** Keys in the text, repeated ones included. */
  readonly keys: number;
  readonly depth: number;
  /** Holds a number whose text matters. */
  readonly odd: boolean;
}

/** One pass over a valid text for what `JSON.parse` doesn't tell. Over bytes, which are three times as fast to read as characters. */
function surveyJson(bytes: Buffer): Survey {
  let keys = 0;
  let depth = 0;
  let deepest = 0;
  let odd = false;
  const end = bytes.length;
  for (let at = 0; at < end; at++) {
    const c = bytes[at] ?? 0;
    if (c === 0x22) {
      for (at++; ; at++) {
        const inside = bytes[at];
        if (inside === 0x22) break;
        if (inside === 0x5c) at++;
      }
    } else if (c === 0x3a) keys++;
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > deepest) deepest = depth;
    } else if (c === 0x7d || c === 0x5d) depth--;
    else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
      const start = at;
      let plain = c !== 0x2d;
      for (let next = bytes[at + 1] ?? 0; isNumberByte(next); next = bytes[++at + 1] ?? 0) if (next < 0x30 || next > 0x39) plain = false;
      if (!plain || at - start >= 15) odd ||= isOddText(bytes.toString('latin1', start, at + 1));
    }
  }
  return { keys, depth: deepest, odd };
}

/** Digits and `+-.eE`. */
function isNumberByte(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || c === 0x2e || c === 0x65 || c === 0x45 || c === 0x2b || c === 0x2d;
}

function isOddText(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new DecodingError(`json: cannot unmarshal number ${text} into Go value of type float64`);
  return isOddNumber(text, value);
}

/** Keys in a value; iterative, since its depth has not been checked yet. */
function countKeys(root: JsonValue): number {
  if (typeof root !== 'object' || root === null) return 0;
  let count = 0;
  const stack: (JsonValue & object)[] = [root];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (Array.isArray(value)) {
      for (const item of value) if (typeof item === 'object' && item !== null) stack.push(item);
      continue;
    }
    for (const key in value) {
      count++;
      const item = value[key];
      if (typeof item === 'object' && item !== null) stack.push(item);
    }
  }
  return count;
}

const ESCAPED = /[<>&\u2028\u2029]/g;
/** How JavaScript prints Go's largest and smallest int64. */
const ROUNDED_INT64 = '9223372036854776000';

/**
 * JSON text as Go's encoding/json writes it: `<`, `>`, `&`, U+2028 and U+2029
 * escaped. Integers beyond 2^53 are doubles here and lose their last digits; the
 * largest and the smallest int64 are printed in full, as a Go client would
 * refuse the rounded ones.
 */
export function printJson(value: unknown): string {
  let text = JSON.stringify(value);
  // One search a character is much faster than one expression for all of them.
  if (text.includes('<') || text.includes('>') || text.includes('&') || text.includes('\u2028') || text.includes('\u2029')) {
    text = text.replace(ESCAPED, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  }
  if (text.includes(ROUNDED_INT64))
    text = text.replace(INT64_LIMIT, (_, sign: string) => `${sign}922337203685477580${sign === '' ? '7' : '8'}`);
  return text;
}

const INT64_LIMIT = /(?<=[^\\]":)(-?)9223372036854776000(?=[,}])/g;
