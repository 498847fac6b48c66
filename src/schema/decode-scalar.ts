import { canonicalDuration } from '../apimachinery/duration.js';
import { canonicalQuantity } from '../apimachinery/quantity.js';
import { canonicalTime } from '../apimachinery/time.js';
import { canonicalBase64 } from './base64.js';
import { describe, numberText, TypeMismatch, type DecodeContext } from './decode-context.js';
import { DecodingError } from './decoding-error.js';
import { NumberLiteral, plainValue, type LiteralValue } from './json-literal.js';
import type { JsonValue, ScalarName } from './type.js';

/** Decodes one value; null gives the zero value. `goType` is for errors. */
export type ScalarDecoder = (value: LiteralValue, context: DecodeContext, goType: string) => JsonValue;

const MAX_INT64 = (1n << 63n) - 1n;

function string(value: LiteralValue, context: DecodeContext, goType: string): JsonValue {
  if (typeof value === 'string') return value;
  if (value !== null) context.saveMismatch(describe(value), goType);
  return '';
}

function boolean(value: LiteralValue, context: DecodeContext, goType: string): JsonValue {
  if (typeof value === 'boolean') return value;
  if (value !== null) context.saveMismatch(describe(value), goType);
  return false;
}

/** The found value in a mismatch with a number type: a number is told with its text. */
function describeForNumber(value: LiteralValue): string {
  return typeof value === 'number' || value instanceof NumberLiteral ? `number ${numberText(value)}` : describe(value);
}

/** Integers of at most 32 bits. */
function smallInteger(min: number, max: number): ScalarDecoder {
  return (value, context, goType) => {
    // Adding zero makes 0 of -0.
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value + 0;
    if (value instanceof NumberLiteral && /^-?[0-9]+$/.test(value.text) && value.value >= min && value.value <= max) return value.value + 0;
    if (value !== null) context.saveMismatch(describeForNumber(value), goType);
    return 0;
  };
}

/** Beyond 2^53 the nearest double. */
function int64(value: LiteralValue, context: DecodeContext, goType: string): JsonValue {
  if (Number.isSafeInteger(value)) return (value as number) + 0;
  if (value instanceof NumberLiteral && /^-?[0-9]{1,20}$/.test(value.text)) {
    const exact = BigInt(value.text);
    if (exact <= MAX_INT64 && exact >= -MAX_INT64 - 1n) return Number(exact);
  }
  if (value !== null) context.saveMismatch(describeForNumber(value), goType);
  return 0;
}

function float(value: LiteralValue, context: DecodeContext, goType: string): JsonValue {
  if (typeof value === 'number') return value;
  if (value instanceof NumberLiteral) return value.value;
  if (value !== null) context.saveMismatch(describe(value), goType);
  return 0;
}

function bytes(value: LiteralValue, context: DecodeContext, goType: string): JsonValue {
  if (value === null) return null;
  if (typeof value === 'string') {
    try {
      return canonicalBase64(value);
    } catch (error) {
      if (!(error instanceof DecodingError)) throw error;
      context.saveError(error);
      return null;
    }
  }
  if (Array.isArray(value)) return bytesOfNumbers(value as readonly LiteralValue[], context);
  context.saveMismatch(describe(value), goType);
  return null;
}

/** Go takes a list of numbers for a byte slice, too. */
function bytesOfNumbers(list: readonly LiteralValue[], context: DecodeContext): string {
  return Buffer.from(list.map((item) => smallByte(item, context, 'uint8') as number)).toString('base64');
}

const smallByte = smallInteger(0, 255);

function quantity(value: LiteralValue): JsonValue {
  if (typeof value === 'string' || typeof value === 'number') return canonicalQuantity(value);
  if (value === null) return '0';
  if (value instanceof NumberLiteral) return canonicalQuantity(value.text);
  // No other JSON text matches a quantity's form; let the parser say so.
  return canonicalQuantity('{}');
}

function text(value: LiteralValue): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  throw new TypeMismatch(describe(value), 'string');
}

function intOrString(value: LiteralValue): JsonValue {
  if (typeof value === 'string') return value;
  if (value === null) return 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= -2147483648 && value <= 2147483647) return value + 0;
  if (value instanceof NumberLiteral && value.text === '-0') return 0;
  throw new TypeMismatch(describeForNumber(value), 'int32');
}

/** Any JSON, kept as it is. */
function anything(value: LiteralValue, context: DecodeContext): JsonValue {
  return context.isPlain ? (value as JsonValue) : plainValue(value);
}

export const SCALAR_DECODERS: Readonly<Record<ScalarName, ScalarDecoder>> = {
  string,
  boolean,
  int32: smallInteger(-2147483648, 2147483647),
  uint32: smallInteger(0, 4294967295),
  int64,
  float32: float,
  double: float,
  bytes,
  quantity,
  intOrString,
  time: (value) => (value === null ? null : canonicalTime(text(value), 'time')),
  microTime: (value) => (value === null ? null : canonicalTime(text(value), 'microTime')),
  duration: (value) => canonicalDuration(text(value)),
  rawExtension: anything,
  fieldsV1: anything,
  json: anything,
};
