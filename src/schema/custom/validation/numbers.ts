import { goFloat } from '../../../apimachinery/go-format.js';
import type { JsonSchema } from '../structural.js';
import type { Result } from './result.js';

const MAX_INT64 = 2 ** 63;
const MAX_SAFE = 2 ** 53 - 1;
const EPSILON = 1e-9;
const SMALLEST = 5e-324;
const MAX_FLOAT32 = 3.4028234663852886e38;

/** Whether Go's JSON decoder makes an int64 of a number, whose text is not known any more: 2^63 stands for the largest int64. */
export function isInteger(value: number): boolean {
  return Number.isInteger(value) && value <= MAX_INT64 && value >= -MAX_INT64;
}

/** Whether a float counts as a whole number (Go: swag.IsFloat64AJSONInteger). */
export function isJsonInteger(f: number): boolean {
  if (!Number.isFinite(f) || f < -MAX_SAFE || f > MAX_SAFE) return false;
  const g = Math.trunc(f);
  if (f === g) return true;
  const difference = Math.abs(f - g);
  if (f === 0 || g === 0 || difference < SMALLEST) return difference < EPSILON * SMALLEST;
  return difference / Math.min(Math.abs(f) + Math.abs(g), Number.MAX_VALUE) < EPSILON;
}

type NumberType = 'integer' | 'number' | '';

/** A number's checks: range of its format, multipleOf, minimum and maximum, in this order. */
export function validateNumber(value: number, schema: JsonSchema, type: NumberType, path: string, result: Result): void {
  const format = formatFor(type, schema.format);
  checkRange(value, type, format, 'Checked', path, result);
  const { multipleOf, minimum, maximum } = schema;
  if (multipleOf !== undefined)
    checkMultiple(value, multipleOf, checkRange(multipleOf, type, format, 'MultipleOf', path, result), path, result);
  if (minimum !== undefined)
    checkMinimum(
      value,
      minimum,
      schema.exclusiveMinimum === true,
      checkRange(minimum, type, format, 'Minimum boundary', path, result),
      path,
      result,
    );
  if (maximum !== undefined)
    checkMaximum(
      value,
      maximum,
      schema.exclusiveMaximum === true,
      checkRange(maximum, type, format, 'Maximum boundary', path, result),
      path,
      result,
    );
}

function formatFor(type: NumberType, format: string | undefined): string {
  if (type === 'integer' && (format === 'int32' || format === 'int64')) return format;
  if (type === 'number' && (format === 'float' || format === 'double')) return format;
  return '';
}

/** Whether a number fits the schema's type and format; the complaint has no field. */
function checkRange(value: number, type: NumberType, format: string, what: string, path: string, result: Result): boolean {
  if (fits(value, type, format)) return true;
  const kind = format === '' ? `type ${type} (default format)` : `type ${type} with format ${format}`;
  result.add({ kind: 'composite', path, message: `${what} value must be of ${kind} in ${path}` });
  return false;
}

function fits(value: number, type: NumberType, format: string): boolean {
  if (type !== 'integer') return format !== 'float' || Math.abs(value) <= MAX_FLOAT32;
  if (!isInteger(value)) return false;
  return format !== 'int32' || (value >= -2147483648 && value <= 2147483647);
}

function checkMultiple(value: number, factor: number, native: boolean, path: string, result: Result): void {
  const asInteger = native && isInteger(value);
  const by = asInteger ? toInt64(factor) : factor;
  if (by <= 0) {
    result.add({
      kind: 'invalid',
      path,
      message: `factor MultipleOf declared for ${path} must be positive: ${boundText(by, asInteger)}`,
      value: by,
    });
    return;
  }
  const fits = asInteger ? value % by === 0 : isJsonInteger(by < 1 ? (1 / by) * value : value / by);
  if (!fits) result.add({ kind: 'invalid', path, message: `${path} in body should be a multiple of ${boundText(by, asInteger)}`, value });
}

function checkMaximum(value: number, bound: number, exclusive: boolean, native: boolean, path: string, result: Result): void {
  const asInteger = native && isInteger(value);
  const limit = asInteger ? toInt64(bound) : bound;
  if (exclusive ? value < limit : value <= limit) return;
  result.add({
    kind: 'invalid',
    path,
    message: `${path} in body should be less than ${exclusive ? '' : 'or equal to '}${boundText(limit, asInteger)}`,
    value,
  });
}

function checkMinimum(value: number, bound: number, exclusive: boolean, native: boolean, path: string, result: Result): void {
  const asInteger = native && isInteger(value);
  const limit = asInteger ? toInt64(bound) : bound;
  if (exclusive ? value > limit : value >= limit) return;
  result.add({
    kind: 'invalid',
    path,
    message: `${path} in body should be greater than ${exclusive ? '' : 'or equal to '}${boundText(limit, asInteger)}`,
    value,
  });
}

/** Go's int64(f): what doesn't fit becomes the smallest int64. */
function toInt64(f: number): number {
  return f >= MAX_INT64 || f < -MAX_INT64 ? -MAX_INT64 : Math.trunc(f);
}

/** A bound as `%v` prints it: as an int64 where integers are compared, else as a float64. */
function boundText(bound: number, asInteger: boolean): string {
  return asInteger ? BigInt(bound).toString() : goFloat(bound);
}
