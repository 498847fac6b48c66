import type { FieldError } from '../../../apimachinery/field-error.js';
import { invalid, notSupported, required, tooLong, tooMany, typeInvalid } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import type { JsonValue } from '../../type.js';
import { sortedValue } from '../sorted.js';
import type { JsonSchema } from '../structural.js';
import { Result, type Fault } from './result.js';
import { validatorOf, type Correlation } from './schema-validator.js';

/** How Go prints the path that there isn't. */
const NOWHERE = '<nil>';

/**
 * The faults of a value against its schema as field errors; `path` is absent at
 * the root of an object (Go: apiservervalidation.ValidateCustomResource).
 */
export function validateValue(schema: JsonSchema, value: JsonValue, path?: FieldPath, correlation?: Correlation): FieldError[] {
  const result = new Result();
  validatorOf(schema).validate(value, '', result, correlation);
  return result.faults === undefined ? [] : result.faults.map((fault) => fieldError(fault, path));
}

/** The faults of a default against its schema. */
export function validateDefault(schema: JsonSchema, value: JsonValue, path: FieldPath): FieldError[] {
  const result = new Result();
  validatorOf(schema, 'default').validate(value, '', result);
  return (result.faults ?? []).map((fault) => fieldError(fault, path));
}

function fieldError(fault: Fault, base: FieldPath | undefined): FieldError {
  const root = base ?? NOWHERE;
  if (fault.kind === 'composite') return invalid(root, '', fault.message);
  const relative = fault.path.startsWith('.') ? fault.path.slice(1) : fault.path;
  const at = relative === '' ? root : base === undefined ? FieldPath.of(relative) : base.child(relative);
  switch (fault.kind) {
    case 'required':
      return required(at);
    case 'enum':
      return notSupported(at, sortedValue((fault.value ?? null) as JsonValue), (fault.values ?? []).map(enumText));
    case 'tooLong':
      return tooLong(at, fault.limit ?? -1);
    case 'tooMany':
      return tooMany(at, fault.value as number, fault.limit ?? -1);
    case 'type':
      return typeInvalid(at, shown(fault.value), fault.message);
    case 'invalid':
      return invalid(at, shown(fault.value), fault.message);
  }
}

function shown(value: unknown): JsonValue {
  return sortedValue((value ?? '') as JsonValue);
}

function enumText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(sortedValue(value as JsonValue));
}
