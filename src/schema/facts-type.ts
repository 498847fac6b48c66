import type { FactFile, FieldEntry, StructEntry } from './facts.js';
import type { Field, Json, ListType, ScalarName, ScalarType, SchemaForm, StructType, Type, Unions } from './type.js';

/** What the types of one file of facts need from the registry that holds them. */
export interface FactsScope {
  /** Prefix of the OpenAPI names, without the final dot. */
  readonly definitions: string;
  file(): FactFile;
  /** A type by its name in the facts: bare, or with the file's name before it. */
  resolve(reference: string): Type;
}

const SCHEMA_FORMS: ReadonlySet<string> = new Set<SchemaForm>(['schemaOrArray', 'schemaOrBool', 'schemaOrStringArray']);
const SCALARS = new Map<string, ScalarType>(
  (
    [
      ...['string', 'boolean', 'int32', 'int64', 'uint32', 'float32', 'double', 'bytes', 'quantity', 'intOrString'],
      ...['time', 'microTime', 'duration', 'rawExtension', 'fieldsV1', 'json'],
    ] as ScalarName[]
  ).map((scalar) => [scalar, Object.freeze({ kind: 'scalar', scalar })]),
);
SCALARS.set('any', Object.freeze({ kind: 'scalar', scalar: 'json' }));

/** Go structs to `encoding/json`, so `omitempty` never leaves them out. */
const STRUCT_SCALARS: ReadonlySet<ScalarName> = new Set<ScalarName>([
  'quantity',
  'intOrString',
  'time',
  'microTime',
  'duration',
  'rawExtension',
  'fieldsV1',
  'json',
]);

/** Parses a type expression such as `list<core.v1.Container>`; a `?` at its end (the pointer of a field) is the caller's. */
export function parseType(text: string, scope: FactsScope): Type {
  const scalar = SCALARS.get(text);
  if (scalar !== undefined) return scalar;
  if (SCHEMA_FORMS.has(text)) return schemaForm(text as SchemaForm, scope);
  if (!text.endsWith('>')) return scope.resolve(text);
  const open = text.indexOf('<');
  const inner = text.slice(open + 1, -1);
  const pointer = inner.endsWith('?');
  const element = parseType(pointer ? inner.slice(0, -1) : inner, scope);
  if (text.startsWith('map<')) return { kind: 'map', values: element };
  if (text.startsWith('wrapped<')) return { ...(element as ListType), wrapped: true };
  return pointer ? { kind: 'list', items: element, nullableItems: true } : { kind: 'list', items: element };
}

function schemaForm(form: SchemaForm, scope: FactsScope): ScalarType {
  return {
    kind: 'scalar',
    scalar: 'json',
    form,
    get schema() {
      const schema = scope.resolve('apiextensions.v1.JSONSchemaProps');
      return schema.kind === 'struct' ? schema : undefined;
    },
  };
}

/** A struct whose fields are made from the facts when they are first looked at. */
export class FactsStruct implements StructType {
  readonly kind = 'struct';
  readonly name: string;
  readonly goName: string;
  readonly #scope: FactsScope;
  #fields: readonly Field[] | undefined;
  #byName: ReadonlyMap<string, Field> | undefined;

  constructor(goName: string, scope: FactsScope) {
    this.goName = goName;
    this.name = `${scope.definitions}.${goName}`;
    this.#scope = scope;
  }

  get fields(): readonly Field[] {
    return (this.#fields ??= this.#makeFields());
  }

  get byName(): ReadonlyMap<string, Field> {
    return (this.#byName ??= flatten(this.fields));
  }

  get mapType(): 'granular' | 'atomic' | undefined {
    return this.#entry()._?.map;
  }

  get unions(): Unions | undefined {
    return this.#entry()._?.unions;
  }

  #entry(): StructEntry {
    const entry = this.#scope.file().types[this.goName];
    if (entry === undefined) throw new Error(`no facts about ${this.name}`);
    return entry;
  }

  #makeFields(): readonly Field[] {
    const fields: Field[] = [];
    for (const [name, entry] of Object.entries(this.#entry())) {
      if (name !== '_' && entry !== undefined) fields.push(makeField(name, entry as FieldEntry, this.#scope));
    }
    return Object.freeze(fields);
  }
}

function flatten(fields: readonly Field[]): ReadonlyMap<string, Field> {
  const byName = new Map<string, Field>();
  for (const field of fields) {
    if (!field.inline) byName.set(field.name, field);
    else if (field.type.kind === 'struct') for (const [name, inner] of field.type.byName) if (!byName.has(name)) byName.set(name, inner);
  }
  return byName;
}

function makeField(name: string, entry: FieldEntry, scope: FactsScope): Field {
  const pointer = entry.type.endsWith('?');
  const base = parseType(pointer ? entry.type.slice(0, -1) : entry.type, scope);
  const isStruct = base.kind === 'struct' || (base.kind === 'scalar' && STRUCT_SCALARS.has(base.scalar) && entry.type !== 'any');
  const never = isStruct && !pointer ? entry.omitzero !== true : entry.always === true;
  const implied = pointer ? undefined : impliedDefault(base, entry.always === true);
  return Object.freeze({
    name,
    type: withMarks(base, entry),
    number: entry.proto ?? 0,
    required: entry.required === true,
    pointer,
    omit: never ? 'never' : 'empty',
    default: entry.inline || entry.default === 'none' ? undefined : (entry.default ?? implied),
    inline: entry.inline,
    enum: leafEnum(base),
    patchStrategy: entry.patch,
    patchMergeKey: entry.patchKey,
    mapType: base.kind === 'struct' ? entry.map : undefined,
    listType: base.kind === 'scalar' ? entry.list : undefined,
    undescribed: entry.described === false ? true : undefined,
  });
}

/** A list or map with what this field says of it; all else is shared. */
function withMarks(type: Type, entry: FieldEntry): Type {
  if (type.kind === 'list' && entry.list !== undefined)
    return Object.freeze({ ...type, listType: entry.list as ListType['listType'], keys: entry.keys });
  if (type.kind === 'map' && entry.map !== undefined) return Object.freeze({ ...type, mapType: entry.map });
  return type;
}

const EMPTY = Object.freeze({});

/** openapi-gen gives every plain struct `{}`, and the zero value to a scalar that is always written. */
function impliedDefault(type: Type, always: boolean): Json | undefined {
  if (type.kind === 'struct') return EMPTY;
  if (type.kind !== 'scalar' || !always) return undefined;
  switch (type.scalar) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'float32':
    case 'double':
      return 0;
    default:
      return undefined;
  }
}

function leafEnum(type: Type): readonly string[] | undefined {
  if (type.kind === 'list') return leafEnum(type.items);
  if (type.kind === 'map') return leafEnum(type.values);
  return type.kind === 'scalar' ? type.enum : undefined;
}
