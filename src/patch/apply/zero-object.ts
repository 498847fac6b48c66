import { SCALAR_ZEROS } from '../../schema/struct-layout.js';
import type { Field, JsonObject, JsonValue, StructType } from '../../schema/type.js';

/**
 * What Go's zero value of a type encodes to: the fields that an encoder never
 * leaves out. A create is compared with it, which is why `f:strategy` of a new
 * Deployment has no `.`: the struct has been there all along.
 */
export function zeroObject(type: StructType, apiVersion: string, kind: string): JsonObject {
  const object: JsonObject = { kind, apiVersion };
  fill(object, type);
  return object;
}

function fill(object: JsonObject, type: StructType): void {
  for (const field of type.fields) {
    if (field.inline === true && field.type.kind === 'struct') fill(object, field.type);
    else if (field.omit === 'never' && object[field.name] === undefined) object[field.name] = zeroValue(field);
  }
}

function zeroValue(field: Field): JsonValue {
  const { type, pointer } = field;
  if (pointer || type.kind === 'list' || type.kind === 'map') return null;
  if (type.kind === 'scalar') return SCALAR_ZEROS[type.scalar];
  const value: JsonObject = {};
  fill(value, type);
  return value;
}
