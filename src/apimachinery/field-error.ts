import type { FieldPath } from './field-path.js';
import { goFloat } from './go-format.js';

/** Causes' reasons, as in Status.details.causes (Go: field.ErrorType). */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooShort'
  | 'FieldValueTooMany'
  | 'FieldValueTooFew'
  | 'InternalError'
  | 'FieldValueTypeInvalid';

const TITLES: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooShort: 'Too short',
  FieldValueTooMany: 'Too many',
  FieldValueTooFew: 'Too few',
  InternalError: 'Internal error',
  FieldValueTypeInvalid: 'Invalid value',
};

/** Marks a value that the message leaves out (Go: field.OmitValueType). */
export const OMIT_VALUE: unique symbol = Symbol('omit value');

/** One fault of one field; becomes a cause of a 422 Status. */
export class FieldError {
  readonly field: string;

  constructor(
    readonly type: FieldErrorType,
    field: FieldPath | string,
    /** The refused value; printed as Go prints it. */
    readonly badValue: unknown,
    readonly detail: string,
  ) {
    this.field = typeof field === 'string' ? field : field.toString();
  }

  /** The message without the field: `Invalid value: "x": must be …`. */
  body(): string {
    let text = TITLES[this.type];
    if (PRINTS_VALUE.has(this.type) && this.badValue !== OMIT_VALUE) text += `: ${printValue(this.badValue)}`;
    return this.detail === '' ? text : `${text}: ${this.detail}`;
  }

  /** `spec.x: Invalid value: …`, one entry of the combined message. */
  toString(): string {
    return `${this.field}: ${this.body()}`;
  }
}

const PRINTS_VALUE: ReadonlySet<FieldErrorType> = new Set<FieldErrorType>([
  'FieldValueInvalid',
  'FieldValueTypeInvalid',
  'FieldValueNotSupported',
  'FieldValueNotFound',
  'FieldValueDuplicate',
  'FieldValueTooMany',
  'FieldValueTooFew',
]);

function printValue(value: unknown): string {
  if (value === undefined) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return printNumber(value);
  return goJson(value);
}

/** Integers stand for Go's int64 and are printed in full; the largest reads as 2^63 here. */
function printNumber(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) > INT64_END) return goFloat(value);
  return value === INT64_END ? String(MAX_INT64) : String(BigInt(value));
}

const INT64_END = 2 ** 63;
const MAX_INT64 = (1n << 63n) - 1n;

/**
 * A string of a named Go type (an enum, a UID) as a refused value: such are
 * printed as JSON, plain strings by `%q`. They differ in escapes only.
 */
export class NamedString {
  constructor(private readonly text: string) {}

  toJSON(): string {
    return this.text;
  }
}

/** JSON as Go's encoding/json writes it: `<`, `>`, `&` and U+2028/9 escaped. With `indent`, one line a value, so far to the right each level. */
export function goJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A string as Go's `%q` prints it (strconv.Quote). */
export function goQuote(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('"') && !text.includes('\\')) return `"${text}"`;
  let out = '"';
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    const short = SHORT_ESCAPES[c];
    if (short !== undefined) out += short;
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code >= 0x80 && !/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(c))
      out += code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
    else out += c;
  }
  return out + '"';
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** The value is malformed: wrong form, out of bounds, immutable. */
export function invalid(field: FieldPath | string, value: unknown, detail: string): FieldError {
  return new FieldError('FieldValueInvalid', field, value, detail);
}

/** The value has the wrong JSON type. */
export function typeInvalid(field: FieldPath | string, value: unknown, detail: string): FieldError {
  return new FieldError('FieldValueTypeInvalid', field, value, detail);
}

/** A value must be given. */
export function required(field: FieldPath | string, detail = ''): FieldError {
  return new FieldError('FieldValueRequired', field, '', detail);
}

/** Well-formed, but not permitted here. */
export function forbidden(field: FieldPath | string, detail: string): FieldError {
  return new FieldError('FieldValueForbidden', field, '', detail);
}

/** Must be unique and is not. */
export function duplicate(field: FieldPath | string, value: unknown): FieldError {
  return new FieldError('FieldValueDuplicate', field, value, '');
}

/** What is referred to isn't there. */
export function notFound(field: FieldPath | string, value: unknown): FieldError {
  return new FieldError('FieldValueNotFound', field, value, '');
}

/**
 * Not one of the known values. An array is listed in its order (as Go lists a
 * slice), a Set sorted (as Go lists a set).
 */
export function notSupported(field: FieldPath | string, value: unknown, supported: readonly string[] | ReadonlySet<string>): FieldError {
  const values = (Array.isArray(supported) ? (supported as readonly string[]) : [...supported].sort()).map(goQuote);
  return new FieldError('FieldValueNotSupported', field, value, values.length === 0 ? '' : `supported values: ${values.join(', ')}`);
}

/** More bytes than `max`; the value isn't printed. */
export function tooLong(field: FieldPath | string, max: number): FieldError {
  return new FieldError(
    'FieldValueTooLong',
    field,
    '',
    max >= 0 ? `may not be more than ${String(max)} byte${max === 1 ? '' : 's'}` : 'value is too long',
  );
}

/** More list items than `max`. */
export function tooMany(field: FieldPath | string, actual: number, max: number): FieldError {
  const detail = max >= 0 ? `must have at most ${String(max)} item${max === 1 ? '' : 's'}` : 'has too many items';
  return new FieldError('FieldValueTooMany', field, actual >= 0 ? actual : OMIT_VALUE, detail);
}

/** The server itself failed while checking this field. */
export function internal(field: FieldPath | string, error: string): FieldError {
  return new FieldError('InternalError', field, '', error);
}
