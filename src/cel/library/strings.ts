import { free, member, type Library } from '../types/functions.js';
import { DYN, INT, listOf, STRING } from '../types/type.js';
import { textTooLong } from '../values/text-limit.js';
import { ValueList } from '../values/collections.js';
import { CelError, type CelList, type CelValue } from '../values/value.js';
import { formatText } from './text-format.js';

const STRINGS = listOf(STRING);

function outOfRange(index: bigint): CelError {
  return new CelError(`index out of range: ${index.toString()}`);
}

/** Characters are code points. */
function charAt(text: CelValue, index: CelValue): CelValue {
  const characters = Array.from(text as string);
  const at = index as bigint;
  if (at < 0n || at > BigInt(characters.length)) return outOfRange(at);
  return characters[Number(at)] ?? '';
}

function matchesAt(text: readonly string[], part: readonly string[], at: number): boolean {
  return part.every((character, i) => text[at + i] === character);
}

function indexOf(text: CelValue, part: CelValue, offset: CelValue = 0n): CelValue {
  const from = offset as bigint;
  if (part === '') return from;
  if (from < 0n) return outOfRange(from);
  const characters = Array.from(text as string);
  const wanted = Array.from(part as string);
  for (let i = Number(from); i + wanted.length <= characters.length; i++) if (matchesAt(characters, wanted, i)) return BigInt(i);
  return -1n;
}

function lastIndexOf(text: CelValue, part: CelValue, offset?: CelValue): CelValue {
  const characters = Array.from(text as string);
  const wanted = Array.from(part as string);
  if (part === '') return offset ?? BigInt(characters.length);
  const last = (offset as bigint | undefined) ?? BigInt(characters.length - 1);
  if (offset === undefined && wanted.length > characters.length) return -1n;
  if (last < 0n) return outOfRange(last);
  if (last >= BigInt(characters.length)) return -1n;
  for (let i = Math.min(Number(last), characters.length - wanted.length); i >= 0; i--)
    if (matchesAt(characters, wanted, i)) return BigInt(i);
  return -1n;
}

/** Go: strings.Replace; a negative count means all. */
function replace(text: CelValue, from: CelValue, to: CelValue, count: CelValue = -1n): CelValue {
  const limit = count as bigint;
  const pieces = limit < 0n ? Infinity : Number(limit);
  if (from === '') return replaceBetween(text as string, to as string, pieces);
  const parts = (text as string).split(from as string);
  const tooLong = textTooLong((text as string).length + Math.min(parts.length - 1, pieces) * (to as string).length);
  if (tooLong !== undefined) return tooLong;
  let out = parts[0] ?? '';
  parts.slice(1).forEach((part, i) => (out += (i < pieces ? (to as string) : (from as string)) + part));
  return out;
}

/** An empty text is found before each character and at the end. */
function replaceBetween(text: string, to: string, limit: number): CelValue {
  const tooLong = textTooLong(text.length + Math.min(text.length + 1, limit) * to.length);
  if (tooLong !== undefined) return tooLong;
  let out = '';
  let done = 0;
  for (const character of text) out += (done++ < limit ? to : '') + character;
  return done < limit ? out + to : out;
}

/** Go: strings.SplitN; a negative limit means all, zero nothing. */
function split(text: CelValue, separator: CelValue, limit: CelValue = -1n): CelValue {
  const most = limit as bigint;
  if (most === 0n) return ValueList.EMPTY;
  const parts = separator === '' ? Array.from(text as string) : (text as string).split(separator as string);
  if (most > 0n && BigInt(parts.length) > most) {
    const kept = Number(most) - 1;
    return new ValueList([...parts.slice(0, kept), parts.slice(kept).join(separator as string)]);
  }
  return new ValueList(parts);
}

function substring(text: CelValue, from: CelValue, to?: CelValue): CelValue {
  const characters = Array.from(text as string);
  const length = BigInt(characters.length);
  const start = from as bigint;
  const end = (to as bigint | undefined) ?? length;
  if (to !== undefined && start > end) return new CelError(`invalid substring range. start: ${start.toString()}, end: ${end.toString()}`);
  if (start < 0n || start > length) return outOfRange(start);
  if (end < 0n || end > length) return outOfRange(end);
  return characters.slice(Number(start), Number(end)).join('');
}

function join(list: CelValue, separator: CelValue = ''): CelValue {
  const parts: string[] = [];
  for (const item of list as CelList) {
    if (typeof item !== 'string') return new CelError(`join: invalid input: ${String(item)}`);
    parts.push(item);
  }
  return parts.join(separator as string);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

// eslint-disable-next-line no-control-regex -- a bell has an escape of its own
const ESCAPED = /[\x07\b\f\n\r\t\v\\"]/g;

function quote(text: CelValue): CelValue {
  return `"${(text as string).replace(ESCAPED, (character) => ESCAPES[character] ?? character)}"`;
}

/** What Go's unicode.IsSpace takes for white space, at the start and at the end. */
const TRIM_START = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const TRIM_END = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/;

function trim(text: CelValue): CelValue {
  return (text as string).replace(TRIM_START, '').replace(TRIM_END, '');
}

/** cel-go's extension library for texts, version 2 (ext.Strings). */
export const TEXTS: Library = {
  charAt: [member('string_char_at_int', [STRING, INT], STRING, charAt)],
  indexOf: [
    member('string_index_of_string', [STRING, STRING], INT, indexOf),
    member('string_index_of_string_int', [STRING, STRING, INT], INT, indexOf),
  ],
  lastIndexOf: [
    member('string_last_index_of_string', [STRING, STRING], INT, lastIndexOf),
    member('string_last_index_of_string_int', [STRING, STRING, INT], INT, lastIndexOf),
  ],
  lowerAscii: [member('string_lower_ascii', [STRING], STRING, (text) => (text as string).replace(/[A-Z]+/g, (part) => part.toLowerCase()))],
  replace: [
    member('string_replace_string_string', [STRING, STRING, STRING], STRING, replace),
    member('string_replace_string_string_int', [STRING, STRING, STRING, INT], STRING, replace),
  ],
  split: [
    member('string_split_string', [STRING, STRING], STRINGS, split),
    member('string_split_string_int', [STRING, STRING, INT], STRINGS, split),
  ],
  substring: [
    member('string_substring_int', [STRING, INT], STRING, substring),
    member('string_substring_int_int', [STRING, INT, INT], STRING, substring),
  ],
  trim: [member('string_trim', [STRING], STRING, trim)],
  upperAscii: [member('string_upper_ascii', [STRING], STRING, (text) => (text as string).replace(/[a-z]+/g, (part) => part.toUpperCase()))],
  format: [member('string_format', [STRING, listOf(DYN)], STRING, (text, args) => formatText(text as string, args as CelList))],
  'strings.quote': [free('strings_quote', [STRING], STRING, quote)],
  join: [member('list_join', [STRINGS], STRING, join), member('list_join_string', [STRINGS, STRING], STRING, join)],
};
