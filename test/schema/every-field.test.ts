import { describe, expect, it } from 'vitest';
import { decodeObject } from '../../src/schema/decode.js';
import { parseJson, printJson } from '../../src/schema/json.js';
import { decodeProtobuf, encodeProtobuf } from '../../src/schema/protobuf.js';
import type { Field, JsonObject, JsonValue, ScalarName, ScalarType, StructType, Type } from '../../src/schema/type.js';
import { typeRegistry } from '../../src/schema/types.js';
import { parseYaml, printYaml } from '../../src/schema/yaml.js';

/**
 * Every field that the facts declare is set here at least once: alone in its struct, and with all others in each kind that
 * reaches it. What a value means plays no part, only that none is lost, changed or put elsewhere.
 */
const registry = typeRegistry();

/** Texts that a reader of YAML may take for something else. */
const TEXTS = [
  'plain',
  'yes',
  '12',
  '1e3',
  '~',
  'a: b',
  '- a',
  '#x',
  ' led',
  'two\nlines\n',
  'tab\there',
  "it's",
  '"said"',
  'grüße ☃',
  '{}',
  '0x1F',
];

const SCALARS: Readonly<Record<ScalarName, readonly JsonValue[]>> = {
  string: TEXTS,
  boolean: [true],
  int32: [1, -2147483648, 2147483647],
  int64: [7, -9007199254740991, 9007199254740991],
  uint32: [3, 4294967295],
  float32: [0.5, -1.25],
  double: [0.1, 1e21, -2.5],
  bytes: ['AQID', '/+8=', 'eA=='],
  quantity: ['1500m', '2Gi', '10', '1n'],
  intOrString: [8080, '50%', -1, 'http'],
  time: ['2026-01-02T03:04:05Z', '0001-01-01T00:00:01Z', '9999-12-31T23:59:59Z'],
  microTime: ['2026-01-02T03:04:05.000006Z', '1969-12-31T23:59:59.999999Z'],
  duration: ['1h5m0s', '-1.5s', '250ms'],
  rawExtension: [{ apiVersion: 'example.com/v1', kind: 'Thing', list: [1, null, { a: 'yes' }] }],
  fieldsV1: [{ 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } } }],
  json: [{ a: [true, null, 1.5], b: '' }, 'text', 4, [1, 'two']],
};

/** How often a struct may be within itself. */
const MAX_DEPTH = 2;

/** Makes values, each in its turn, so that neighbours of one type differ. */
class Values {
  #turn = 0;
  readonly #open = new Map<StructType, number>();

  /** Undefined where structs would nest too deeply. */
  of(type: Type): JsonValue | undefined {
    switch (type.kind) {
      case 'scalar':
        return type.form === undefined ? this.#next(type.scalar) : this.#schema(type);
      case 'list':
        return some(this.#elements(type.items));
      case 'map':
        return someEntries(this.#elements(type.values).map((item, i) => [['b', 'a/yes'][i] ?? 'c', item]));
      case 'struct':
        return this.#full(type);
    }
  }

  #next(scalar: ScalarName): JsonValue {
    const choice = SCALARS[scalar];
    return choice[this.#turn++ % choice.length] ?? null;
  }

  /** Two of what is cheap. */
  #elements(type: Type): JsonValue[] {
    const one = this.of(type);
    const other = type.kind === 'struct' ? undefined : this.of(type);
    return [one, other].filter((value) => value !== undefined);
  }

  #full(type: StructType): JsonObject | undefined {
    const depth = this.#open.get(type) ?? 0;
    if (depth === MAX_DEPTH) return undefined;
    this.#open.set(type, depth + 1);
    const out: JsonObject = {};
    for (const field of type.byName.values()) {
      const value = this.of(field.type);
      if (value !== undefined) out[field.name] = value;
    }
    this.#open.set(type, depth);
    return out;
  }

  /** A schema, or the other thing that the field may hold. */
  #schema(type: ScalarType): JsonValue | undefined {
    const schema = type.schema === undefined ? undefined : this.of(type.schema);
    if (this.#turn++ % 2 === 0) return schema;
    if (type.form === 'schemaOrBool') return this.#turn % 4 < 2;
    if (type.form === 'schemaOrStringArray') return ['one', 'two'];
    return schema === undefined ? undefined : [schema];
  }
}

function some(items: JsonValue[]): JsonValue[] | undefined {
  return items.length === 0 ? undefined : items;
}

function someEntries(entries: [string, JsonValue][]): JsonObject | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Every form that a scalar's values take, and one value of anything else. */
function samplesOf(type: Type): JsonValue[] {
  if (type.kind === 'scalar' && type.form === undefined) return [...SCALARS[type.scalar]];
  const values = new Values();
  const samples = [values.of(type), values.of(type)];
  return samples.filter((value) => value !== undefined);
}

/** All structs of a file of facts. */
function structsOf(file: string, definitions: string): StructType[] {
  return Object.keys(registry.facts.file(file).types).map((name) => {
    const struct = registry.typeByName(`${definitions}.${name}`);
    if (struct === undefined) throw new Error(`no ${definitions}.${name}`);
    return struct;
  });
}

/** The embedded kind and apiVersion travel in protobuf's envelope. */
function isTypeMeta(field: Field): boolean {
  return field.inline === true && field.type.kind === 'struct' && field.type.goName === 'TypeMeta';
}

/** Whether the struct is a message of protobuf, that is, whether any of its fields has a number. */
function isMessage(type: StructType): boolean {
  return type.fields.some((field) => field.number > 0);
}

/** Without kind and apiVersion, which protobuf has in the envelope alone: items of lists come back without them. */
function bare(type: Type, value: JsonValue): JsonValue {
  if (value === null) return value;
  switch (type.kind) {
    case 'scalar':
      return value;
    case 'list':
      return (value as JsonValue[]).map((item) => bare(type.items, item));
    case 'map':
      return mapValues(value as JsonObject, (item) => bare(type.values, item));
    case 'struct':
      return bareStruct(type, value as JsonObject);
  }
}

function bareStruct(type: StructType, object: JsonObject): JsonObject {
  const meta = type.fields.find(isTypeMeta)?.type;
  return mapValues(object, (value, key) => {
    if (meta?.kind === 'struct' && meta.byName.has(key)) return undefined;
    const field = type.byName.get(key);
    return field === undefined ? value : bare(field.type, value);
  });
}

/** Keeps the order of keys; what becomes undefined goes. */
function mapValues(object: JsonObject, change: (value: JsonValue, key: string) => JsonValue | undefined): JsonObject {
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(object)) {
    const changed = value === undefined ? undefined : change(value, key);
    if (changed !== undefined) out[key] = changed;
  }
  return out;
}

function throughProtobuf(type: StructType, object: JsonObject): JsonObject {
  return decodeProtobuf(type, encodeProtobuf(type, object));
}

function throughJson(type: StructType, object: JsonValue): { object: JsonObject; strictErrors: readonly string[] } {
  return decodeObject(type, parseJson(Buffer.from(printJson(object))), { strict: true });
}

const files = registry.facts.index.files;

describe.each(files.map(({ file, definitions }) => ({ file, definitions })))('the structs of $file', ({ file, definitions }) => {
  const structs = structsOf(file, definitions);

  it('keep each field that is set alone', () => {
    for (const type of structs) {
      const empty = decodeObject(type, {}).object;
      for (const field of type.byName.values()) {
        const samples = samplesOf(field.type);
        expect(samples, `${type.goName}.${field.name}`).not.toEqual([]);
        for (const sample of samples) {
          const { object, strictErrors } = throughJson(type, { [field.name]: sample });
          expect(strictErrors, `${type.goName}.${field.name}`).toEqual([]);
          const whole = fieldIsStruct(field) ? decodeObject(field.type as StructType, sample).object : sample;
          expect(object, `${type.goName}.${field.name}`).toEqual({ ...empty, [field.name]: whole });
          if (!isMessage(type)) continue;
          const inMessage = bareStruct(type, object);
          expect(throughProtobuf(type, inMessage), `${type.goName}.${field.name} in protobuf`).toEqual(inMessage);
        }
      }
    }
  });

  it('have a number of its own for each field, or for none', () => {
    const faults = structs.filter(isMessage).flatMap((type) => {
      const numbers = type.fields.filter((field) => !isTypeMeta(field)).map((field) => field.number);
      return numbers.includes(0) || new Set(numbers).size < numbers.length ? [`${type.goName}: ${numbers.join(', ')}`] : [];
    });
    expect(faults).toEqual([]);
  });
});

function fieldIsStruct(field: Field): boolean {
  return field.type.kind === 'struct';
}

const kinds = registry.groupVersions.flatMap(({ group, version, resources }) => {
  const own = files.find((entry) => entry.group === group && entry.version === version)?.kinds.own ?? [];
  const spoken = resources.flatMap((resource) => resource.subresources.map((sub) => sub.kind));
  return [...own.map((kind) => ({ group, version, kind })), ...spoken];
});
const distinct = [...new Map(kinds.map((gvk) => [`${gvk.group}/${gvk.version} ${gvk.kind}`, gvk]))];

describe('kinds with every field set', () => {
  it.each(distinct)('%s comes back from JSON, YAML and protobuf as it was', (_, gvk) => {
    const type = registry.typeOf(gvk);
    if (type === undefined) throw new Error(`no ${gvk.kind}`);
    const made = new Values().of(type) as JsonObject;
    const { object, strictErrors } = throughJson(type, made);
    expect(strictErrors).toEqual([]);
    expect(object).toMatchObject(made);
    // From here on the order of fields and keys matters, too.
    const text = JSON.stringify(object);
    expect(JSON.stringify(throughJson(type, object).object)).toBe(text);
    const yaml = parseYaml(printYaml(object));
    expect(yaml.duplicates).toEqual([]);
    expect(yaml.value).toEqual(object);
    expect(JSON.stringify(decodeObject(type, yaml.value).object)).toBe(text);
    if (!isMessage(type)) return;
    const inMessage = bareStruct(type, object);
    expect(JSON.stringify(throughProtobuf(type, inMessage))).toBe(JSON.stringify(inMessage));
  });
});
