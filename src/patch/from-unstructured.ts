import { canonicalDuration, DurationError } from '../apimachinery/duration.js';
import { canonicalQuantity, QuantityError } from '../apimachinery/quantity.js';
import { canonicalTime, TimeError } from '../apimachinery/time.js';
import { canonicalBase64 } from '../schema/base64.js';
import { describe } from '../schema/decode-context.js';
import { DecodingError } from '../schema/decoding-error.js';
import type { JsonObject, JsonValue, ScalarType, StructType, Type } from '../schema/type.js';
import { wrongType } from './patch-decode.js';
import { isObject, member } from './patch-members.js';
import { isInt64 } from './strategic-merge-print.js';

/** A merged object on its way into its type, and what keeps it from getting there. */
export interface Converted {
  /** The object, with integers cut to the width of their fields: Go's conversion doesn't check it. */
  readonly object: JsonObject;
  /** The first value that doesn't fit, in words; undefined if all do. */
  readonly error: string | undefined;
  /** Texts of the unknown fields, sorted; not told if there is an error. */
  readonly unknown: readonly string[];
}

/**
 * Fits an object of maps and lists into its type as the real server does after a
 * strategic merge patch and an apply (Go: apimachinery/pkg/runtime,
 * FromUnstructuredWithValidation). That step has words of its own: `cannot
 * restore slice from map`, `unrecognized type: int32`, and names unknown fields
 * without the keys of maps on the way.
 *
 * After a strategic merge patch `error` and, with Strict, `unknown` (after the
 * patch's own strict errors) go to `patchResultInvalid` with
 * `strategicMergePatchText` as the value; with Warn each unknown field is a
 * warning. Without faults, `decodeObject` takes the object.
 */
export function fromUnstructured(type: StructType, object: JsonObject): Converted {
  const check = new MapCheck();
  try {
    check.struct(type, object);
  } catch (error) {
    if (error instanceof DecodingError) return { object, error: error.message, unknown: [] };
    throw error;
  }
  const narrowed = check.hasWideIntegers ? (narrow(type, object) as JsonObject) : object;
  return { object: narrowed, error: undefined, unknown: check.unknown.sort() };
}

/** One walk; throws DecodingError for the first value that doesn't fit. */
class MapCheck {
  readonly unknown: string[] = [];
  hasWideIntegers = false;
  /** Fields and indexes on the way to the value in hand. */
  private readonly path: (string | number)[] = [];

  struct(type: StructType, value: JsonValue): void {
    if (!isObject(value)) throw new DecodingError(`cannot restore struct from: ${kindOf(value)}`);
    this.fields(type, value);
    for (const name of Object.keys(value)) if (!type.byName.has(name)) this.unknown.push(`unknown field "${this.below(name)}"`);
  }

  /** The fields in Go's order, so that of several faults the same one is named. */
  private fields(type: StructType, object: JsonObject): void {
    for (const field of type.fields) {
      if (field.inline === true && field.type.kind === 'struct') {
        this.fields(field.type, object);
        continue;
      }
      const value = member(object, field.name);
      if (value !== undefined && value !== null) this.step(field.name, field.type, value);
    }
  }

  private step(name: string | number, type: Type, value: JsonValue): void {
    this.path.push(name);
    this.value(type, value);
    this.path.pop();
  }

  private value(type: Type, value: JsonValue): void {
    if (value === null) return;
    switch (type.kind) {
      case 'struct':
        this.struct(type, value);
        return;
      case 'map':
        if (!isObject(value)) throw new DecodingError(`cannot restore map from ${kindOf(value)}`);
        for (const key of Object.keys(value)) this.value(type.values, value[key] ?? null);
        return;
      case 'list':
        if (!Array.isArray(value)) throw new DecodingError(`cannot restore slice from ${kindOf(value)}`);
        for (let i = 0; i < value.length; i++) this.step(i, type.items, value[i] ?? null);
        return;
      case 'scalar':
        checkScalar(type, value);
        if (value !== narrow(type, value)) this.hasWideIntegers = true;
    }
  }

  private below(name: string): string {
    let text = '';
    for (const step of this.path) text += typeof step === 'number' ? `[${String(step)}]` : text === '' ? step : `.${step}`;
    return text === '' ? name : `${text}.${name}`;
  }
}

/** A copy in which integers are cut to the 32 bits of their fields. */
function narrow(type: Type, value: JsonValue): JsonValue {
  switch (type.kind) {
    case 'scalar':
      if (typeof value !== 'number' || !Number.isInteger(value)) return value;
      if (type.scalar === 'int32') return Number(BigInt.asIntN(32, BigInt(value)));
      return type.scalar === 'uint32' ? Number(BigInt.asUintN(32, BigInt(value))) : value;
    case 'list':
      return Array.isArray(value) ? value.map((item) => narrow(type.items, item)) : value;
    case 'map':
      return narrowMembers(value, () => type.values);
    case 'struct':
      return narrowMembers(value, (name) => type.byName.get(name)?.type);
  }
}

function narrowMembers(value: JsonValue, typeOf: (name: string) => Type | undefined): JsonValue {
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const type = typeOf(name);
    out[name] = member === undefined || type === undefined ? member : narrow(type, member);
  }
  return out;
}

function checkScalar(type: ScalarType, value: JsonValue): void {
  switch (type.scalar) {
    case 'string':
      if (typeof value === 'string') return;
      // Go converts integers to strings, but JSON doesn't, hence another text.
      if (kindOf(value) === 'int64') throw inconvertible(value, type.goName ?? 'string');
      throw unrecognized('string');
    case 'boolean':
      if (typeof value !== 'boolean') throw unrecognized('bool');
      return;
    case 'int32':
    case 'int64':
    case 'uint32':
      if (typeof value !== 'number') throw unrecognized(type.scalar);
      if (!Number.isInteger(value)) throw inconvertible(value, type.goName ?? type.scalar);
      return;
    case 'float32':
    case 'double':
      if (typeof value !== 'number') throw unrecognized(type.scalar === 'double' ? 'float64' : 'float32');
      return;
    case 'bytes':
      checkBytes(value);
      return;
    case 'quantity':
      // What is neither text nor number has no quantity's form in any case.
      told(() => canonicalQuantity(typeof value === 'string' || typeof value === 'number' ? value : '{}'));
      return;
    case 'time':
    case 'microTime':
      told(() => canonicalTime(textOf(value), type.scalar === 'time' ? 'time' : 'microTime'));
      return;
    case 'duration':
      told(() => canonicalDuration(textOf(value)));
      return;
    case 'intOrString':
      if (typeof value !== 'string' && (typeof value !== 'number' || (value | 0) !== value)) throw notInt32(value);
      return;
    // These take any JSON as it is.
    case 'rawExtension':
    case 'fieldsV1':
    case 'json':
  }
}

/** Runs a parser whose words are Go's; they name no field. */
function told(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (error instanceof QuantityError || error instanceof TimeError || error instanceof DurationError)
      throw new DecodingError(error.message);
    throw error;
  }
}

function textOf(value: JsonValue): string {
  if (typeof value !== 'string') throw new DecodingError(wrongType(value, 'Go value of type string'));
  return value;
}

function notInt32(value: JsonValue): DecodingError {
  const found = typeof value === 'number' ? `number ${String(value)}` : describe(value);
  return new DecodingError(`json: cannot unmarshal ${found} into Go value of type int32`);
}

/** Base64, or a list of numbers, which only this converter takes for bytes. */
function checkBytes(value: JsonValue): void {
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item !== 'number') throw unrecognized('uint8');
      if (!Number.isInteger(item)) throw inconvertible(item, 'uint8');
    }
    return;
  }
  if (typeof value !== 'string') throw new DecodingError(`cannot restore slice from ${kindOf(value)}`);
  try {
    canonicalBase64(value);
  } catch (error) {
    if (error instanceof DecodingError) throw new DecodingError(`error decoding from json: ${error.message}`);
    throw error;
  }
}

function inconvertible(value: JsonValue, target: string): DecodingError {
  return new DecodingError(`cannot convert ${kindOf(value)} to ${target}`);
}

function unrecognized(kind: string): DecodingError {
  return new DecodingError(`unrecognized type: ${kind}`);
}

/** Go's reflect.Kind of a JSON value. */
function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'object') return 'map';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return isInt64(value) ? 'int64' : 'float64';
  return 'string';
}
