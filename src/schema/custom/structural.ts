import type { JSONSchemaProps } from '../generated/apiextensions-v1.js';
import type { JsonObject, JsonValue } from '../type.js';

/** A schema that a CustomResourceDefinition holds, as stored: v1 JSON without empty members. */
export type JsonSchema = JSONSchemaProps;

/**
 * One node of a structural schema (Go: apiextensions structuralschema.Structural):
 * what a value looks like, which is all that pruning, defaulting, coercion and
 * server-side apply need. Children are made when a value first reaches them, so
 * that a definition costs little more than its JSON.
 */
export class Structural {
  readonly type: string;
  readonly nullable: boolean;
  /** x-kubernetes-preserve-unknown-fields */
  readonly preserveUnknown: boolean;
  /** x-kubernetes-embedded-resource */
  readonly embedded: boolean;
  /** x-kubernetes-int-or-string */
  readonly intOrString: boolean;
  /** `additionalProperties` is given, as a schema or a boolean. */
  readonly hasAdditional: boolean;
  /** The default, if it isn't null. */
  readonly default: JsonValue | undefined;
  #properties: Map<string, Structural> | undefined;
  #items: Structural | undefined;
  #additional: Structural | undefined;
  #defaulted: readonly DefaultedProperty[] | undefined;
  #reachesDefaults: boolean | undefined;
  #reachesEmbedded: boolean | undefined;
  #reachesRules: boolean | undefined;

  constructor(readonly source: JsonSchema) {
    this.type = source.type ?? '';
    this.nullable = source.nullable === true;
    this.preserveUnknown = source['x-kubernetes-preserve-unknown-fields'] === true;
    this.embedded = source['x-kubernetes-embedded-resource'] === true;
    this.intOrString = source['x-kubernetes-int-or-string'] === true;
    this.hasAdditional = source.additionalProperties !== undefined && source.additionalProperties !== null;
    this.default = source.default ?? undefined;
  }

  /** The schema of a declared property. */
  property(name: string): Structural | undefined {
    const { properties } = this.source;
    if (properties === undefined) return undefined;
    this.#properties ??= new Map();
    let made = this.#properties.get(name);
    if (made === undefined && Object.hasOwn(properties, name)) {
      const source = properties[name];
      if (source === undefined) return undefined;
      made = new Structural(source);
      this.#properties.set(name, made);
    }
    return made;
  }

  /** The names of the declared properties. */
  get propertyNames(): readonly string[] {
    return this.source.properties === undefined ? NO_NAMES : Object.keys(this.source.properties);
  }

  get items(): Structural | undefined {
    const { items } = this.source;
    if (this.#items === undefined && isSchema(items)) this.#items = new Structural(items);
    return this.#items;
  }

  /** The schema of undeclared members, if `additionalProperties` is one. */
  get additional(): Structural | undefined {
    const { additionalProperties } = this.source;
    if (this.#additional === undefined && isSchema(additionalProperties)) this.#additional = new Structural(additionalProperties);
    return this.#additional;
  }

  /** x-kubernetes-list-type */
  get listType(): string | undefined {
    return this.source['x-kubernetes-list-type'];
  }

  /** x-kubernetes-list-map-keys */
  get mapKeys(): readonly string[] {
    return this.source['x-kubernetes-list-map-keys'] ?? NO_NAMES;
  }

  /** The declared properties that have a default. */
  get defaulted(): readonly DefaultedProperty[] {
    this.#defaulted ??= this.propertyNames.flatMap((name) => {
      const schema = this.property(name);
      return schema?.default === undefined ? [] : [{ name, schema, value: schema.default }];
    });
    return this.#defaulted;
  }

  /** Whether there is a default in this schema or below. */
  get reachesDefaults(): boolean {
    this.#reachesDefaults ??= somewhere(this.source, (schema) => schema.default !== undefined && schema.default !== null);
    return this.#reachesDefaults;
  }

  /** Whether this schema, or one below, is of an embedded resource. */
  get reachesEmbedded(): boolean {
    this.#reachesEmbedded ??= somewhere(this.source, (schema) => schema['x-kubernetes-embedded-resource'] === true);
    return this.#reachesEmbedded;
  }

  /** Whether this schema, or one below, has x-kubernetes-validations. */
  get reachesRules(): boolean {
    this.#reachesRules ??= reachesRules(this.source);
    return this.#reachesRules;
  }
}

/** A property with a default. */
export interface DefaultedProperty {
  readonly name: string;
  readonly schema: Structural;
  readonly value: JsonValue;
}

const NO_NAMES: readonly string[] = Object.freeze([]);

/** Whether a member that holds a schema or something else holds a schema. */
export function isSchema(value: JsonValue | JsonSchema | undefined): value is JsonSchema & JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a schema has x-kubernetes-validations anywhere in its structure. */
export function reachesRules(schema: JsonSchema): boolean {
  return somewhere(schema, (part) => part['x-kubernetes-validations'] !== undefined);
}

/** Whether a predicate holds for a schema or one of its structural parts (junctors are not looked into). */
function somewhere(schema: JsonSchema, test: (schema: JsonSchema) => boolean): boolean {
  if (test(schema)) return true;
  if (isSchema(schema.items) && somewhere(schema.items, test)) return true;
  if (isSchema(schema.additionalProperties) && somewhere(schema.additionalProperties, test)) return true;
  const { properties } = schema;
  if (properties === undefined) return false;
  return Object.values(properties).some((property) => somewhere(property, test));
}
