import type { Field, JsonObject, JsonValue, ScalarName, StructType, Type } from '../../../src/schema/type.js';

const SCALARS: Readonly<Record<ScalarName, JsonValue>> = {
  string: 'sample',
  boolean: true,
  int32: 3,
  int64: 5,
  uint32: 3,
  float32: 0.5,
  double: 0.25,
  bytes: 'AQID',
  quantity: '3',
  intOrString: 2,
  time: '2026-01-02T03:04:05Z',
  microTime: '2026-01-02T03:04:05.000006Z',
  duration: '1m0s',
  rawExtension: { apiVersion: 'example.com/v1', kind: 'Thing' },
  fieldsV1: { 'f:spec': {} },
  json: { a: 1 },
};

/** A value of a field as its facts have it: the last of an enum's, one element of lists and maps, structs with what they require. */
export function generatedValue(field: Field): JsonValue {
  return field.enum === undefined ? valueOf(field.type) : wrap(field.type, field.enum.at(-1) ?? '');
}

function valueOf(type: Type): JsonValue {
  if (type.kind === 'struct') return requiredOf(type);
  if (type.kind !== 'scalar') return wrap(type, valueOf(leafOf(type)));
  if (type.form !== undefined) return type.form === 'schemaOrStringArray' ? ['sample'] : {};
  return type.enum?.at(-1) ?? SCALARS[type.scalar];
}

function leafOf(type: Type): Type {
  if (type.kind === 'list') return leafOf(type.items);
  return type.kind === 'map' ? leafOf(type.values) : type;
}

function wrap(type: Type, leaf: JsonValue): JsonValue {
  if (type.kind === 'list') return [wrap(type.items, leaf)];
  return type.kind === 'map' ? { sample: wrap(type.values, leaf) } : leaf;
}

function requiredOf(type: StructType): JsonObject {
  const required = [...type.byName.values()].filter((field) => field.required);
  return Object.fromEntries(required.map((field) => [field.name, generatedValue(field)]));
}
