import { goQuote } from '../../../apimachinery/field-error.js';
import { deepEqualJson } from '../deep-equal.js';
import type { JsonObject, JsonValue } from '../../type.js';
import { isSchema, type JsonSchema } from '../structural.js';
import { formatCheck, isKnownFormat } from './formats.js';
import { isInteger, isJsonInteger, validateNumber } from './numbers.js';
import { compilePattern, type Pattern } from './patterns.js';
import { Result } from './result.js';

/**
 * What a validation takes over from the value that was there before: how
 * children correspond, and whether faults of an unchanged value are forgiven.
 */
export interface Correlation {
  /** The member's correlation; undefined if it corresponds to nothing. */
  key(name: string): Correlation | undefined;
  /** The item's. */
  index(index: number): Correlation | undefined;
  /** Whether the value is what it was. */
  readonly isUnchanged: boolean;
}

type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

/**
 * `value` for custom resources. Defaults of a schema are checked by another form
 * of it, in which x-kubernetes-int-or-string says nothing and unknown formats
 * are not left out.
 */
export type ValidationMode = 'value' | 'default';

const VALIDATORS: Readonly<Record<ValidationMode, WeakMap<JsonSchema, SchemaValidator>>> = { value: new WeakMap(), default: new WeakMap() };

/** The validator of a schema; made once. */
export function validatorOf(schema: JsonSchema, mode: ValidationMode = 'value'): SchemaValidator {
  let validator = VALIDATORS[mode].get(schema);
  if (validator === undefined) {
    validator = new SchemaValidator(schema, mode);
    VALIDATORS[mode].set(schema, validator);
  }
  return validator;
}

/**
 * Checks values against one node of a schema, in the order and with the words of
 * the real server (Go: kube-openapi pkg/validation/validate). Validators of
 * parts are made when a value first reaches them.
 */
export class SchemaValidator {
  private readonly types: readonly string[];
  private readonly format: string;
  private readonly check: ((text: string) => boolean) | undefined;
  private readonly hasJunctors: boolean;
  private pattern: Pattern | undefined;

  constructor(
    private readonly schema: JsonSchema,
    private readonly mode: ValidationMode,
  ) {
    const { type = '', format = '' } = schema;
    const isIntOrString = mode === 'value' && schema['x-kubernetes-int-or-string'] === true;
    this.types = isIntOrString ? INT_OR_STRING : type === '' ? NO_TYPES : [type];
    const single = this.types.length === 1 ? (this.types[0] ?? '') : '';
    this.format = mode === 'default' || isKnownFormat(format, single) ? format : '';
    this.check = this.format === '' ? undefined : formatCheck(this.format);
    this.hasJunctors = schema.allOf !== undefined || schema.anyOf !== undefined || schema.oneOf !== undefined || schema.not !== undefined;
  }

  /** Adds the faults of a value to `result`. */
  validate(value: JsonValue, path: string, result: Result, correlation?: Correlation): void {
    if (correlation === undefined) {
      this.run(value, path, result, undefined);
      return;
    }
    const own = new Result();
    this.run(value, path, own, correlation);
    if (own.isValid || !correlation.isUnchanged) result.merge(own);
    else result.matches += own.matches;
  }

  private run(value: JsonValue, path: string, result: Result, correlation: Correlation | undefined): void {
    if (value === null) {
      this.validateNull(path, result);
      this.validateEnum(null, path, result);
      return;
    }
    const type = typeOf(value);
    if (this.types.length > 0 || this.format !== '') {
      this.validateType(value, type, path, result);
      result.matches++;
    }
    result.matches++;
    if (this.hasJunctors) this.validateJunctors(value, path, result, correlation);
    result.matches++;
    if (type === 'string') this.validateString(value as string, path, result);
    else if (type === 'integer' || type === 'number') {
      validateNumber(value as number, this.schema, this.numberType(), path, result);
      result.matches += 2;
    } else if (type === 'array') {
      this.validateList(value as JsonValue[], path, result, correlation);
      result.matches += 2;
    }
    this.validateEnum(value, path, result);
    result.matches++;
    if (type === 'object') {
      this.validateObject(value as JsonObject, path, result, correlation);
      result.matches++;
    }
    result.matches++;
  }

  private numberType(): 'integer' | 'number' | '' {
    if (this.types.length !== 1) return '';
    return this.types[0] === 'integer' || this.types[0] === 'number' ? this.types[0] : '';
  }

  private validateNull(path: string, result: Result): void {
    if (this.types.length > 0 && !this.types.includes('null') && this.schema.nullable !== true) this.wrongType('null', path, result);
    else result.matches++;
  }

  private wrongType(found: string, path: string, result: Result, wanted = this.types.join(',')): void {
    result.add({ kind: 'type', path, message: `${path} in body must be of type ${wanted}: ${goQuote(found)}`, value: found });
  }

  private validateType(value: JsonValue, type: JsonType, path: string, result: Result): void {
    const { types, format } = this;
    const isFloatInteger = type === 'number' && types.includes('integer') && isJsonInteger(value as number);
    const fits = types.includes(type) || isFloatInteger || (type === 'integer' && types.includes('number'));
    const numeric = types.includes('number') || types.includes('integer');
    if (format !== '') {
      const textual = type === 'string' || type === 'array';
      const found = type === 'integer' ? 'int64' : type === 'number' ? 'float64' : '';
      if (!textual && !fits && found !== format) {
        this.wrongType(found, path, result, format);
        return;
      }
      // A format takes the place of the type for texts, and by accident for lists.
      if (!numeric && textual) {
        result.matches++;
        return;
      }
    }
    if (fits) result.matches++;
    else this.wrongType(type, path, result);
  }

  private validateString(text: string, path: string, result: Result): void {
    this.validateLength(text, path, result);
    result.matches++;
    if (this.check === undefined) return;
    if (!this.check(text)) {
      result.add({ kind: 'type', path, message: `${path} in body must be of type ${this.format}: ${goQuote(text)}`, value: text });
    }
    result.matches++;
  }

  private validateLength(text: string, path: string, result: Result): void {
    const { maxLength, minLength, pattern } = this.schema;
    if (maxLength !== undefined && isLonger(text, maxLength)) {
      result.add({
        kind: 'tooLong',
        path,
        message: `${path} in body should be at most ${String(maxLength)} chars long`,
        value: text,
        limit: maxLength,
      });
    } else if (minLength !== undefined && minLength > 0 && !isLonger(text, minLength - 1)) {
      result.add({ kind: 'invalid', path, message: `${path} in body should be at least ${String(minLength)} chars long`, value: text });
    } else if (pattern !== undefined && pattern !== '') {
      this.pattern ??= compilePattern(pattern);
      if (!this.pattern.test(text))
        result.add({ kind: 'invalid', path, message: `${path} in body should match '${pattern}'`, value: text });
    }
  }

  private validateEnum(value: JsonValue, path: string, result: Result): void {
    const values = this.schema.enum;
    if (values === undefined || values.length === 0) return;
    if (value !== null && values.some((permitted) => isPermitted(value, permitted))) return;
    const shown = values.map(goValue).join(' ');
    result.add({ kind: 'enum', path, message: `${path} in body should be one of [${shown}]`, value, values });
  }

  private validateList(list: JsonValue[], path: string, result: Result, correlation: Correlation | undefined): void {
    const { items, minItems, maxItems } = this.schema;
    if (isSchema(items)) {
      const validator = validatorOf(items, this.mode);
      for (let i = 0; i < list.length; i++)
        validator.validate(list[i] as JsonValue, `${path}[${String(i)}]`, result, correlation?.index(i));
    }
    const size = list.length;
    if (minItems !== undefined && size < minItems) {
      result.add({ kind: 'invalid', path, message: `${path} in body should have at least ${String(minItems)} items`, value: size });
    }
    if (maxItems !== undefined && size > maxItems) {
      result.add({
        kind: 'tooMany',
        path,
        message: `${path} in body should have at most ${String(maxItems)} items`,
        value: size,
        limit: maxItems,
      });
    }
    if (this.schema.uniqueItems === true && list.some((item, i) => list.slice(0, i).some((other) => deepEqualJson(item, other)))) {
      result.add({ kind: 'invalid', path, message: `${path} in body shouldn't contain duplicates` });
    }
  }

  private validateObject(object: JsonObject, path: string, result: Result, correlation: Correlation | undefined): void {
    this.validateSize(object, path, result);
    this.validateAdditional(object, path, result, correlation);
    const { properties, required } = this.schema;
    if (properties !== undefined) {
      for (const name of Object.keys(object)) {
        const value = object[name];
        if (value === undefined || !Object.hasOwn(properties, name)) continue;
        const below = correlation === undefined || (path === '' && isTypeMeta(name)) ? undefined : correlation.key(name);
        validatorOf(properties[name] as JsonSchema, this.mode).validate(value, path === '' ? name : `${path}.${name}`, result, below);
      }
    }
    if (required === undefined) return;
    for (const name of required) {
      if (Object.hasOwn(object, name) && object[name] !== undefined) continue;
      result.add({ kind: 'required', path: `${path}.${name}`, message: `${path}.${name} in body is required` });
    }
  }

  private validateSize(object: JsonObject, path: string, result: Result): void {
    const { minProperties, maxProperties } = this.schema;
    if (minProperties === undefined && maxProperties === undefined) return;
    let size = 0;
    for (const key of Object.keys(object)) if (object[key] !== undefined) size++;
    if (minProperties !== undefined && size < minProperties) {
      result.add({
        kind: 'invalid',
        path,
        message: `${path} in body should have at least ${String(minProperties)} properties`,
        value: size,
      });
    }
    if (maxProperties !== undefined && size > maxProperties) {
      result.add({
        kind: 'tooMany',
        path,
        message: `${path} in body should have at most ${String(maxProperties)} properties`,
        value: size,
        limit: maxProperties,
      });
    }
  }

  private validateAdditional(object: JsonObject, path: string, result: Result, correlation: Correlation | undefined): void {
    const { additionalProperties: additional, properties } = this.schema;
    if (additional === undefined || additional === null || additional === true) return;
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (value === undefined || (properties !== undefined && Object.hasOwn(properties, key))) continue;
      if (!isSchema(additional)) {
        result.add({ kind: 'invalid', path, message: `${path}.${key} in body is a forbidden property`, value: key });
        continue;
      }
      const below = correlation === undefined || (path === '' && isTypeMeta(key)) ? undefined : correlation.key(key);
      validatorOf(additional, this.mode).validate(value, `${path}.${key}`, result, below);
    }
  }

  /** Alternatives see the same value as this node, and the same correlation below it. */
  private validateJunctors(value: JsonValue, path: string, result: Result, correlation: Correlation | undefined): void {
    const { anyOf, oneOf, allOf, not } = this.schema;
    const attempt = (schema: JsonSchema): Result => {
      const own = new Result();
      validatorOf(schema, this.mode).run(value, path, own, correlation);
      return own;
    };
    if (anyOf !== undefined && anyOf.length > 0) validateAnyOf(anyOf, attempt, path, result);
    if (oneOf !== undefined && oneOf.length > 0) validateOneOf(oneOf, attempt, path, result);
    if (allOf !== undefined && allOf.length > 0) validateAllOf(allOf, attempt, path, result);
    if (not !== undefined && attempt(not).isValid) {
      result.add({ kind: 'composite', path, message: `${goQuote(path)} must not validate the schema (not)` });
    }
  }
}

type Attempt = (schema: JsonSchema) => Result;

/** The faults of the alternative with most matching checks are told. */
function validateAnyOf(schemas: readonly JsonSchema[], attempt: Attempt, path: string, result: Result): void {
  let best: Result | undefined;
  for (const schema of schemas) {
    const own = attempt(schema);
    if (own.isValid) {
      result.merge(own);
      return;
    }
    if (best === undefined || own.matches > best.matches) best = own;
  }
  result.add({ kind: 'composite', path, message: `${goQuote(path)} must validate at least one schema (anyOf)` });
  if (best !== undefined) result.merge(best);
}

function validateOneOf(schemas: readonly JsonSchema[], attempt: Attempt, path: string, result: Result): void {
  let best: Result | undefined;
  let first: Result | undefined;
  let valid = 0;
  for (const schema of schemas) {
    const own = attempt(schema);
    if (own.isValid) {
      valid++;
      best = undefined;
      first ??= own;
    } else if (valid === 0 && (best === undefined || own.matches > best.matches)) best = own;
  }
  if (valid === 1) {
    if (first !== undefined) result.merge(first);
    return;
  }
  const found = valid === 0 ? 'Found none valid' : `Found ${String(valid)} valid alternatives`;
  result.add({ kind: 'composite', path, message: `${goQuote(path)} must validate one and only one schema (oneOf). ${found}` });
  if (best !== undefined) result.merge(best);
}

function validateAllOf(schemas: readonly JsonSchema[], attempt: Attempt, path: string, result: Result): void {
  let valid = 0;
  for (const schema of schemas) {
    const own = attempt(schema);
    if (own.isValid) valid++;
    result.merge(own);
  }
  if (valid === schemas.length) return;
  result.add({
    kind: 'composite',
    path,
    message: `${goQuote(path)} must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`,
  });
}

const NO_TYPES: readonly string[] = [];
const INT_OR_STRING: readonly string[] = ['integer', 'string'];

function typeOf(value: JsonValue): JsonType {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case 'number':
      return isInteger(value) ? 'integer' : 'number';
    default:
      return value === null ? 'null' : Array.isArray(value) ? 'array' : 'object';
  }
}

function isTypeMeta(name: string): boolean {
  return name === 'kind' || name === 'apiVersion';
}

/** Whether a text has more characters (code points) than `limit`. */
function isLonger(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  if (text.length > 2 * limit) return true;
  let count = 0;
  for (const _ of text) if (++count > limit) return true;
  return false;
}

/** Equality after Go's conversion to the permitted value's type: 1.5 becomes 1, and 97 becomes "a". */
function isPermitted(value: JsonValue, permitted: JsonValue): boolean {
  if (typeof value === 'number') {
    if (typeof permitted === 'number')
      return value === permitted || (isInteger(permitted) && !isInteger(value) && Math.trunc(value) === permitted);
    return (
      typeof permitted === 'string' && isInteger(value) && value >= 0 && value <= 0x10ffff && String.fromCodePoint(value) === permitted
    );
  }
  return deepEqualJson(value, permitted);
}

/** A value as `%v` prints it, roughly for compound ones, which are only told to be told apart. */
function goValue(value: JsonValue): string {
  if (value === null) return '<nil>';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
