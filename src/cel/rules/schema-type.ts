import { Structural, type JsonSchema } from '../../schema/custom/structural.js';
import type { SizeAt } from '../checker/cost.js';
import type { TypeProvider } from '../checker/scope.js';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, STRING, structType, TIMESTAMP, type CelType } from '../types/type.js';
import { escapeName, escapedKeyword } from './escape.js';

/** Bytes that a request may have, which bounds what has no bounds of its own. */
const MAX_REQUEST = 3 * 1024 * 1024;
const MAX_TEXT = MAX_REQUEST - 2;
/** Characters of durations, times and dates in JSON, at most and at least. */
const SIZES: Readonly<Record<string, { readonly type: CelType; readonly max: number; readonly min: number }>> = {
  duration: { type: DURATION, max: 32, min: 3 },
  date: { type: TIMESTAMP, max: 12, min: 12 },
  'date-time': { type: TIMESTAMP, max: 32, min: 21 },
};

const STRING_PROPERTY: JsonSchema = { type: 'string' };
const NAMES: JsonSchema = { type: 'object', properties: { name: STRING_PROPERTY, generateName: STRING_PROPERTY } };

/** A resource's schema with what rules may always name of it (Go: WithTypeAndObjectMeta). */
export function asResource(schema: Structural): Structural {
  const { properties = {} } = schema.source;
  const { kind, apiVersion, metadata } = properties;
  const hasNames = metadata?.properties?.['name']?.type === 'string' && metadata.properties['generateName']?.type === 'string';
  if (kind?.type === 'string' && apiVersion?.type === 'string' && metadata?.type === 'object' && hasNames) return schema;
  return new Structural({
    ...schema.source,
    properties: { ...properties, kind: STRING_PROPERTY, apiVersion: STRING_PROPERTY, metadata: NAMES },
  });
}

/** How expressions see the values of a schema (Go: SchemaDeclType): their type, and how large they may be. */
export interface SchemaType {
  readonly type: CelType;
  /** Bytes of the smallest value in JSON. */
  readonly minSize: number;
  /** Characters, items or members; 0 for what has no size. */
  readonly maxElements: number;
  readonly element?: SchemaType;
  readonly key?: SchemaType;
  /** The type of a field by the identifier that names it. */
  field?(identifier: string): SchemaType | undefined;
}

const KEY: SchemaType = { type: STRING, minSize: 2, maxElements: 0 };

/** The type of one schema with the object types in it. Parts are made when an expression names them. */
export class SchemaTypes implements TypeProvider {
  private readonly objects = new Map<string, ObjectType>();
  /** Undefined if expressions can't see values of the schema. */
  readonly root: SchemaType | undefined;

  /**
   * @param isResource the schema is of a whole resource
   * @param name of the object types; those below have it as their prefix
   */
  constructor(schema: Structural, isResource: boolean, name: string) {
    this.root = this.typeOf(schema, isResource, name);
  }

  struct(name: string): CelType | undefined {
    return this.objects.get(name)?.type;
  }

  field(structName: string, field: string): CelType | undefined {
    return this.objects.get(structName)?.field(field)?.type;
  }

  /** Sizes by the path from a variable of this type. */
  readonly sizeAt: SizeAt = (path) => {
    let at = this.root;
    for (const step of path.slice(1)) {
      if (at === undefined) return undefined;
      if (step === '@items' || step === '@values') at = at.element;
      else if (step === '@keys') at = at.key;
      else at = at.field?.(step);
    }
    return at && { min: 0n, max: BigInt(at.maxElements) };
  };

  typeOf(given: Structural, isResource: boolean, name: string): SchemaType | undefined {
    const { source } = given;
    if (given.intOrString) {
      const maxElements = source.maxLength === undefined ? MAX_TEXT : Math.max(0, source.maxLength) * 4;
      return { type: DYN, minSize: 1, maxElements };
    }
    const schema = isResource ? asResource(given) : given;
    switch (schema.type) {
      case 'array':
        return this.listType(schema, name);
      case 'object':
        return schema.additional === undefined ? this.objectType(schema, name) : this.mapType(schema, schema.additional, name);
      case 'string':
        return stringType(source);
      case 'boolean':
        return { type: BOOL, minSize: 4, maxElements: 0 };
      case 'number':
        return { type: DOUBLE, minSize: 1, maxElements: 0 };
      case 'integer':
        return { type: INT, minSize: 1, maxElements: 0 };
      default:
        return undefined;
    }
  }

  private listType({ items, source }: Structural, name: string): SchemaType | undefined {
    const element = items && this.typeOf(items, items.embedded, `${name}.@idx`);
    if (element === undefined) return undefined;
    const maxElements = source.maxItems === undefined ? Math.floor(MAX_TEXT / (element.minSize + 1)) : Math.max(0, source.maxItems);
    return { type: listOf(element.type), minSize: 2, maxElements, element };
  }

  private mapType({ source }: Structural, additional: Structural, name: string): SchemaType | undefined {
    const element = this.typeOf(additional, additional.embedded, `${name}.@elem`);
    if (element === undefined) return undefined;
    const { maxProperties } = source;
    const maxElements = maxProperties === undefined ? Math.floor(MAX_TEXT / (element.minSize + 6)) : Math.max(0, maxProperties);
    return { type: mapOf(STRING, element.type), minSize: 2, maxElements, element, key: KEY };
  }

  private objectType(schema: Structural, name: string): SchemaType {
    const made = new ObjectType(schema, name, this);
    this.objects.set(name, made);
    return made;
  }
}

class ObjectType implements SchemaType {
  readonly type: CelType;
  readonly maxElements = 0;
  private readonly fields = new Map<string, SchemaType | undefined>();
  private names: ReadonlyMap<string, string> | undefined;
  private size: number | undefined;

  constructor(
    private readonly schema: Structural,
    private readonly name: string,
    private readonly types: SchemaTypes,
  ) {
    this.type = structType(name);
  }

  /** `{}` and all required properties that no default fills in. */
  get minSize(): number {
    this.size ??= this.requiredSize();
    return this.size;
  }

  field(identifier: string): SchemaType | undefined {
    if (this.fields.has(identifier)) return this.fields.get(identifier);
    this.names ??= new Map(this.schema.propertyNames.flatMap((name) => [[escapeName(name) ?? '', name]] as const));
    const name = identifier === '' ? undefined : (this.names.get(identifier) ?? this.names.get(escapedKeyword(identifier)));
    const made = name === undefined ? undefined : this.property(name, identifier);
    this.fields.set(identifier, made);
    return made;
  }

  private property(name: string, identifier: string): SchemaType | undefined {
    const property = this.schema.property(name);
    return property && this.types.typeOf(property, property.embedded, `${this.name}.${identifier}`);
  }

  private requiredSize(): number {
    let size = 2;
    for (const name of new Set(this.schema.source.required ?? [])) {
      const property = this.schema.property(name);
      if (property === undefined || property.default !== undefined) continue;
      const identifier = escapeName(name);
      const type = identifier === undefined ? this.property(name, name) : this.field(identifier);
      if (type !== undefined) size += Buffer.byteLength(name) + type.minSize + 4;
    }
    return size;
  }
}

function stringType({ format = '', maxLength, enum: values }: JsonSchema): SchemaType {
  const own = Object.hasOwn(SIZES, format) ? SIZES[format] : undefined;
  if (own !== undefined) return { type: own.type, minSize: own.min, maxElements: own.max };
  if (format === 'byte') return { type: BYTES, minSize: 2, maxElements: maxLength === undefined ? MAX_TEXT : Math.max(0, maxLength) };
  // Lengths are in code points, sizes of requests in bytes.
  if (maxLength !== undefined) return { type: STRING, minSize: 2, maxElements: Math.max(0, maxLength) * 4 };
  if (values === undefined || values.length === 0) return { type: STRING, minSize: 2, maxElements: MAX_TEXT };
  const longest = values.reduce<number>((max, value) => (typeof value === 'string' ? Math.max(max, Buffer.byteLength(value)) : max), 0);
  return { type: STRING, minSize: 2, maxElements: longest };
}
