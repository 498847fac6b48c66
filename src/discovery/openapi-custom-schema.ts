import type { Json } from '../schema/type.js';
import type { Dialect, Schema } from './openapi-schema.js';

/** A schema as CustomResourceDefinitions hold it (JSONSchemaProps). */
export type JsonSchema = { readonly [key: string]: Json | undefined };

/** Schemas nested deeper than this are published as "anything". */
const MAX_DEPTH = 1000;

const JUNCTORS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'not']);
const INT_OR_STRING: readonly Json[] = [{ type: 'integer' }, { type: 'string' }];

/** Descriptions of a resource that is embedded in another. */
const EMBEDDED: Readonly<Record<'apiVersion' | 'kind', string>> = {
  apiVersion:
    'apiVersion defines the versioned schema of this representation of an object. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources',
  kind: 'kind is a string value representing the type of this object. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
};

/**
 * A structural schema in the form that OpenAPI publishes: `x-kubernetes-int-or-string` spelled out, embedded
 * resources with their type and metadata, and for v2 without what Swagger and old kubectl cannot read
 * (Go: apiextensions-apiserver, structural schemas' Unfold, ToKubeOpenAPI and ToStructuralOpenAPIV2).
 * `meta` holds the properties that every object has.
 */
export function publishedSchema(schema: JsonSchema, dialect: Dialect, meta: Schema): Schema {
  return new Publisher(dialect, meta).publish(schema, 0);
}

class Publisher {
  readonly #dialect: Dialect;
  readonly #meta: Schema;

  constructor(dialect: Dialect, meta: Schema) {
    this.#dialect = dialect;
    this.#meta = meta;
  }

  publish(schema: JsonSchema, depth: number): Schema {
    if (depth > MAX_DEPTH) return {};
    const source = this.#dialect === 'v2' ? forV2(schema) : unfolded(schema);
    const out = Object.fromEntries(
      Object.entries(source).flatMap(([key, value]) =>
        isZero(value) && key !== 'default' && key !== 'additionalProperties' ? [] : [[key, this.#member(key, value, depth)]],
      ),
    ) as Schema;
    return schema['x-kubernetes-embedded-resource'] === true ? this.#embedded(out, schema) : out;
  }

  #member(key: string, value: Json | undefined, depth: number): Json | undefined {
    if (key === 'properties' && isObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, property]) => [name, isObject(property) ? this.publish(property, depth + 1) : property]),
      );
    }
    return (key === 'items' || key === 'additionalProperties') && isObject(value) ? this.publish(value, depth + 1) : value;
  }

  #embedded(out: Schema, schema: JsonSchema): Schema {
    if (this.#dialect === 'v2' && schema['x-kubernetes-preserve-unknown-fields'] === true) return out;
    const required = Array.isArray(out['required']) ? (out['required'] as readonly Json[]) : [];
    const own = isObject(out['properties']) ? out['properties'] : {};
    const typeMeta = {
      apiVersion: { description: EMBEDDED.apiVersion, type: 'string' },
      kind: { description: EMBEDDED.kind, type: 'string' },
    };
    return {
      ...out,
      properties: { ...own, ...typeMeta, metadata: this.#meta['metadata'] },
      required: [...required, ...['kind', 'apiVersion'].filter((name) => !required.includes(name))],
    };
  }
}

/** Says in plain OpenAPI what `x-kubernetes-int-or-string` means, unless the schema already does. */
function unfolded(schema: JsonSchema): JsonSchema {
  if (schema['x-kubernetes-int-or-string'] !== true) return schema;
  const { anyOf, allOf } = schema;
  if (isIntOrString(anyOf)) return schema;
  const [first] = Array.isArray(allOf) ? (allOf as readonly Json[]) : [];
  if (isObject(first) && isIntOrString(first['anyOf'])) return schema;
  if (isZero(anyOf)) return { ...schema, anyOf: INT_OR_STRING };
  return { ...schema, allOf: [{ anyOf: INT_OR_STRING }, ...(Array.isArray(allOf) ? (allOf as readonly Json[]) : [])] };
}

function isIntOrString(value: Json | undefined): boolean {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((item: Json, i) => isObject(item) && item['type'] === (i === 0 ? 'integer' : 'string'))
  );
}

function forV2(schema: JsonSchema): JsonSchema {
  const preserve = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const nullable = schema['nullable'] === true;
  const dropped = new Set<string>([...JUNCTORS, 'nullable', 'default']);
  if (nullable || preserve) dropped.add('items').add('properties');
  const untyped =
    nullable || (schema['type'] === 'array' && (preserve || schema['items'] === undefined)) || (preserve && schema['type'] === 'object');
  if (untyped) dropped.add('type');
  const out = Object.entries(schema).filter(([key]) => !dropped.has(key));
  return Object.fromEntries(out.map(([key, value]) => [key, key === 'required' ? requiredInV2(schema, dropped.has('properties')) : value]));
}

/** kubectl cannot tell null from absent, so what may be null is not required. */
function requiredInV2(schema: JsonSchema, withoutProperties: boolean): readonly Json[] {
  const required = (schema['required'] as readonly string[] | undefined) ?? [];
  const additional = schema['additionalProperties'];
  if (isObject(additional) && additional['nullable'] === true) return [];
  const properties = withoutProperties || !isObject(schema['properties']) ? {} : schema['properties'];
  return required.filter((name) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return !(isObject(property) && property['nullable'] === true);
  });
}

function isObject(value: Json | undefined): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What Go's `omitempty` leaves out of a schema. */
function isZero(value: Json | undefined): boolean {
  return value === undefined || value === null || value === false || value === '' || (Array.isArray(value) && value.length === 0);
}
