import type { Field, ScalarName, StructType, Type } from '../type.js';
import { objectMetaType } from './object-meta.js';
import type { JsonSchema, Structural } from './structural.js';

const TYPES = new WeakMap<Structural, Type>();

/**
 * The type of a whole custom resource, for server-side apply: what its schema
 * declares, and kind, apiVersion and metadata.
 */
export function objectTypeOf(schema: Structural | undefined, name: string): StructType {
  return new SchemaStruct(name, schema, true);
}

/** The type of a value with this schema; made once. */
function typeOf(schema: Structural, name: string): Type {
  let type = TYPES.get(schema);
  if (type === undefined) {
    type = makeType(schema, name);
    TYPES.set(schema, type);
  }
  return type;
}

const SCALARS: Readonly<Record<string, ScalarName>> = { string: 'string', boolean: 'boolean', integer: 'int64', number: 'double' };

function scalar(name: ScalarName): Type {
  return { kind: 'scalar', scalar: name };
}

const ANY = scalar('json');

function makeType(schema: Structural, name: string): Type {
  if (schema.intOrString) return scalar('intOrString');
  const { source } = schema;
  switch (schema.type) {
    case 'array':
      return {
        kind: 'list',
        listType: source['x-kubernetes-list-type'] as 'atomic' | 'set' | 'map' | undefined,
        keys: source['x-kubernetes-list-map-keys'],
        get items() {
          return schema.items === undefined ? ANY : typeOf(schema.items, name);
        },
      };
    case 'object':
      if (schema.additional !== undefined && source.properties === undefined && !schema.embedded) {
        const { additional } = schema;
        return {
          kind: 'map',
          mapType: mapTypeOf(source),
          get values() {
            return typeOf(additional, name);
          },
        };
      }
      return new SchemaStruct(name, schema, schema.embedded);
    default: {
      const known = SCALARS[schema.type];
      return known === undefined ? ANY : scalar(known);
    }
  }
}

function mapTypeOf(source: JsonSchema): 'granular' | 'atomic' | undefined {
  return source['x-kubernetes-map-type'] as 'granular' | 'atomic' | undefined;
}

/** A struct whose fields are made from a schema when they are first looked at. */
class SchemaStruct implements StructType {
  readonly kind = 'struct';
  readonly goName: string;
  readonly preserveUnknown: boolean;
  readonly mapType: 'granular' | 'atomic' | undefined;
  private made: readonly Field[] | undefined;
  private index: ReadonlyMap<string, Field> | undefined;

  constructor(
    readonly name: string,
    private readonly schema: Structural | undefined,
    private readonly isObject: boolean,
  ) {
    this.goName = name.slice(name.lastIndexOf('.') + 1);
    this.preserveUnknown = schema?.preserveUnknown === true;
    this.mapType = schema === undefined ? undefined : mapTypeOf(schema.source);
  }

  get fields(): readonly Field[] {
    this.made ??= [...this.byName.values()];
    return this.made;
  }

  get byName(): ReadonlyMap<string, Field> {
    this.index ??= this.makeFields();
    return this.index;
  }

  private makeFields(): ReadonlyMap<string, Field> {
    const { schema } = this;
    const fields = new Map<string, Field>();
    for (const name of schema?.propertyNames ?? []) {
      const property = schema?.property(name);
      if (property === undefined) continue;
      const type = typeOf(property, `${this.name}.${name}`);
      fields.set(name, { ...PLAIN, name, type, default: property.default, format: property.source.format });
    }
    if (this.isObject) {
      for (const name of ['apiVersion', 'kind']) fields.set(name, { ...PLAIN, name, type: scalar('string') });
      fields.set('metadata', { ...PLAIN, name: 'metadata', type: objectMetaType() });
    }
    return fields;
  }
}

const PLAIN = { number: 0, required: false, pointer: true, omit: 'empty' } as const;
