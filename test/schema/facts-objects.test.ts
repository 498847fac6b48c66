import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TypeRegistry } from '../../src/schema/registry.js';
import type { Field, StructType, Type } from '../../src/schema/type.js';
import { hasReference, readReference } from '../discovery/reference.js';

const registry = new TypeRegistry();
const folder = new URL('../../../shared/reference/objects/', import.meta.url);
const samples = hasReference ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];

type JsonObjectValue = { readonly [key: string]: unknown };

function isObject(value: unknown): value is JsonObjectValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where a Go-written object and its type part ways: unknown keys, another order, or another kind of value. */
function differences(value: unknown, type: Type, path: string): string[] {
  switch (type.kind) {
    case 'list':
      return Array.isArray(value)
        ? value.flatMap((item, i) => differences(item, type.items, `${path}[${String(i)}]`))
        : [`${path} is no list`];
    case 'map':
      return isObject(value)
        ? Object.entries(value).flatMap(([key, item]) => differences(item, type.values, `${path}[${key}]`))
        : [`${path} is no map`];
    case 'struct':
      return isObject(value) ? structDifferences(value, type, path) : [`${path} is no struct`];
    case 'scalar':
      return scalarMatches(value, type.scalar) ? [] : [`${path}: ${JSON.stringify(value)} is no ${type.scalar}`];
  }
}

function structDifferences(value: JsonObjectValue, type: StructType, path: string): string[] {
  const order = flatNames(type.fields);
  const keys = Object.keys(value);
  const unknown = keys.filter((key) => !type.byName.has(key)).map((key) => `${path}.${key} is unknown`);
  const disorder = [...keys].sort((a, b) => order.indexOf(a) - order.indexOf(b)).some((key, i) => key !== keys[i])
    ? [`${path}: order ${keys.join(',')}`]
    : [];
  const missing = [...type.byName.values()]
    .filter((field) => field.omit === 'never' && !(field.name in value))
    .map((field) => `${path}.${field.name} is missing`);
  const inner = keys.flatMap((key) => {
    const field = type.byName.get(key);
    return field === undefined || value[key] === null ? [] : differences(value[key], field.type, `${path}.${key}`);
  });
  return [...unknown, ...disorder, ...missing, ...inner];
}

function flatNames(fields: readonly Field[]): string[] {
  return fields.flatMap((field) => (field.inline && field.type.kind === 'struct' ? flatNames(field.type.fields) : [field.name]));
}

function scalarMatches(value: unknown, scalar: string): boolean {
  // A zero time is null wherever Go can't leave it out, such as in a map.
  if (value === null) return scalar === 'time' || scalar === 'microTime';
  if (scalar === 'boolean') return typeof value === 'boolean';
  if (/^(?:u?int\d+|float32|double)$/.test(scalar)) return typeof value === 'number';
  if (scalar === 'intOrString') return typeof value === 'number' || typeof value === 'string';
  if (/^(?:json|rawExtension|fieldsV1)$/.test(scalar)) return true;
  return typeof value === 'string';
}

describe.skipIf(!hasReference)('objects that Go has written', () => {
  it.each(samples)('are as the facts say: %s', (name) => {
    const [, group = '', version = '', kind = ''] = /^(.*)\.(v\d\w*)\.(\w+)\.json$/.exec(name) ?? [];
    const object = readReference(`objects/${name}`);
    const type = registry.typeOf({ group: group === 'core' ? '' : group, version, kind });
    expect(type && differences(object, type, kind)).toEqual([]);
  });
});
