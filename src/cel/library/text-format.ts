import { goQuote } from '../../apimachinery/field-error.js';
import { compareKeys } from '../../schema/sort-keys.js';
import { CelType } from '../types/type.js';
import { Bytes } from '../values/bytes.js';
import { textTooLong } from '../values/text-limit.js';
import { CelError, CelList, CelMap, Duration, isError, Timestamp, typeOfValue, Uint, type CelValue } from '../values/value.js';
import { toText } from './conversions.js';
import { fixedPoint, scientific } from './number-format.js';

/** A clause such as `%.2f`: the digits after the point, if given, and the letter. */
export interface Clause {
  readonly verb: string;
  readonly precision: number | undefined;
}

/** A faulty format string or argument; the message is cel-go's. */
export class FormatError extends Error {}

/** Why a verb refuses a value of a type. */
export const REFUSALS: Readonly<Record<string, string>> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given',
  d: 'decimal clause can only be used on integers, was given',
  f: 'fixed-point clause can only be used on doubles, was given',
  e: 'scientific clause can only be used on doubles, was given',
  b: 'only integers and bools can be formatted as binary, was given',
  x: 'only integers, byte buffers, and strings can be formatted as hex, was given',
  X: 'only integers, byte buffers, and strings can be formatted as hex, was given',
  o: 'octal clause can only be used on integers, was given',
};

/**
 * Goes through a format string: `clause` is told each clause with the index of its argument
 * and returns what stands for it. Throws FormatError.
 */
export function expandFormat(format: string, count: number, clause: (clause: Clause, index: number) => string): string {
  let out = '';
  let index = 0;
  let at = 0;
  while (at < format.length) {
    const percent = format.indexOf('%', at);
    if (percent === -1) return out + format.slice(at);
    out += format.slice(at, percent);
    if (format[percent + 1] === '%') {
      out += '%';
      at = percent + 2;
      continue;
    }
    if (percent + 1 >= format.length) throw new FormatError('unexpected end of string');
    if (index >= count) throw new FormatError(`index ${String(index)} out of range`);
    const { parsed, end } = parseClause(format, percent + 1);
    out += clause(parsed, index++);
    at = end;
  }
  return out;
}

function parseClause(format: string, start: number): { parsed: Clause; end: number } {
  let at = start;
  let precision: number | undefined;
  if (format[at] === '.') {
    const digits = /^[0-9]*/.exec(format.slice(at + 1))?.[0] ?? '';
    at += 1 + digits.length;
    const fault =
      at >= format.length
        ? 'could not find end of precision specifier'
        : digits === ''
          ? 'error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax'
          : undefined;
    if (fault !== undefined) throw new FormatError(`could not parse formatting clause: error while parsing precision: ${fault}`);
    precision = Number(digits);
  }
  const verb = String.fromCodePoint(format.codePointAt(at) ?? 0);
  if (!Object.hasOwn(REFUSALS, verb)) throw new FormatError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  return { parsed: { verb, precision }, end: at + verb.length };
}

/** `format.format(args)` */
export function formatText(format: string, args: CelList): CelValue {
  let length = format.length;
  try {
    return expandFormat(format, args.size, (clause, index) => {
      const value = args.at(index);
      const text = applyClause(clause, value);
      const tooLong = textTooLong((length += text?.length ?? 0));
      if (tooLong !== undefined) throw new FormatError(tooLong.message);
      if (text !== undefined) return text;
      throw new FormatError(`error during formatting: ${REFUSALS[clause.verb] ?? ''} ${typeOfValue(value).name}`);
    });
  } catch (error) {
    if (error instanceof FormatError) return new CelError(error.message);
    throw error;
  }
}

const MAX_PRECISION = 1000;

function applyClause({ verb, precision }: Clause, value: CelValue): string | undefined {
  switch (verb) {
    case 's':
      return plain(value);
    case 'd':
      return integer(value)?.toString();
    case 'f':
      return asDouble(value, (number) => fixedPoint(number, Math.min(precision ?? 6, MAX_PRECISION)));
    case 'e':
      return asDouble(value, (number) => scientific(number).padStart(Math.min(precision ?? 6, MAX_PRECISION)));
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : integer(value)?.toString(2);
    case 'o':
      return integer(value)?.toString(8);
    default:
      return verb === 'X' ? hexadecimal(value)?.toUpperCase() : hexadecimal(value);
  }
}

function integer(value: CelValue): bigint | undefined {
  return typeof value === 'bigint' ? value : value instanceof Uint ? value.value : undefined;
}

const SPECIAL: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

function asDouble(value: CelValue, print: (number: number) => string): string | undefined {
  if (typeof value === 'number') return print(value);
  if (typeof value !== 'string' || !Object.hasOwn(SPECIAL, value)) return undefined;
  return print(SPECIAL[value] ?? NaN);
}

function hexadecimal(value: CelValue): string | undefined {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Bytes) return Buffer.from(value.data).toString('hex');
  return integer(value)?.toString(16);
}

/** `%s`; undefined for types that have no text. */
function plain(value: CelValue): string | undefined {
  if (value === null) return 'null';
  if (value instanceof CelList) return listText(value);
  if (value instanceof CelMap) return mapText(value);
  if (value instanceof CelType) return value.name;
  const text = toText(value);
  if (typeof text === 'string') return text;
  if (isError(text) && (value instanceof Bytes || isError(value))) throw new FormatError(text.message);
  return undefined;
}

function listText(list: CelList): string {
  return `[${list.toArray().map(quoted).join(', ')}]`;
}

function mapText(map: CelMap): string {
  const entries = map.keys().map((key) => {
    const type = typeOfValue(key).name;
    if (!/^(?:string|bool|int|uint)$/.test(type)) throw new FormatError(`no formatting function for map key of type ${type}`);
    return [quoted(key), quoted(map.find(key) as CelValue)] as const;
  });
  entries.sort(([a], [b]) => compareKeys(a, b));
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`;
}

/** A value within a list or map, as one would write it. */
function quoted(value: CelValue): string {
  if (typeof value === 'string') return goQuote(value);
  if (value instanceof Bytes) return `b${goQuote(plain(value) ?? '')}`;
  if (typeof value === 'number') return Number.isFinite(value) ? fixedPoint(value, 6).replaceAll(',', '') : goQuote(plain(value) ?? '');
  if (value instanceof Timestamp) return `timestamp(${goQuote(plain(value) ?? '')})`;
  if (value instanceof Duration) return `duration(${goQuote(plain(value) ?? '')})`;
  const text = plain(value);
  if (text === undefined) throw new FormatError(`no formatting function for ${typeOfValue(value).name}`);
  return text;
}
