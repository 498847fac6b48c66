import type { GroupVersionKind } from '../apimachinery/group-version.js';
import type { Field, Json, ListType, MapType, ScalarType, StructType, Type } from '../schema/type.js';

/** OpenAPI v2 (Swagger) or v3.0; they differ in references, defaults and the schemas of some scalars. */
export type Dialect = 'v2' | 'v3';

/** A schema under construction. */
export type Schema = { [key: string]: Json | undefined };

/** Finds the text for a definition, or for one of its fields. */
export type Describe = (definition: string, field?: string) => string | undefined;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const APIEXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';

/** Scalars that OpenAPI publishes as definitions of their own: name, schema, and the v2 schema where it is another. */
const SCALAR_DEFINITIONS: Readonly<Record<string, { readonly name: string; readonly v3: Schema; readonly v2?: Schema }>> = {
  quantity: {
    name: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
    v3: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    v2: { type: 'string' },
  },
  intOrString: {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    v3: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
    v2: { type: 'string', format: 'int-or-string' },
  },
  time: { name: `${META}Time`, v3: { type: 'string', format: 'date-time' } },
  microTime: { name: `${META}MicroTime`, v3: { type: 'string', format: 'date-time' } },
  duration: { name: `${META}Duration`, v3: { type: 'string' } },
  rawExtension: { name: 'io.k8s.apimachinery.pkg.runtime.RawExtension', v3: { type: 'object' } },
  fieldsV1: { name: `${META}FieldsV1`, v3: { type: 'object' } },
  json: { name: `${APIEXTENSIONS}JSON`, v3: {} },
  schemaOrArray: { name: `${APIEXTENSIONS}JSONSchemaPropsOrArray`, v3: {} },
  schemaOrBool: { name: `${APIEXTENSIONS}JSONSchemaPropsOrBool`, v3: {} },
  schemaOrStringArray: { name: `${APIEXTENSIONS}JSONSchemaPropsOrStringArray`, v3: {} },
};

const PLAIN_SCALARS: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  uint32: { type: 'integer', format: 'int64' },
  float32: { type: 'number', format: 'float' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
};

/** Builds the definitions of one document: add what its paths refer to, then take them all. */
export class Definitions {
  readonly #dialect: Dialect;
  readonly #kindsOf: (type: StructType) => readonly GroupVersionKind[];
  readonly #describe: Describe;
  readonly #made = new Map<string, Schema>();
  readonly #prefix: string;

  constructor(dialect: Dialect, kindsOf: (type: StructType) => readonly GroupVersionKind[], describe: Describe = () => undefined) {
    this.#dialect = dialect;
    this.#kindsOf = kindsOf;
    this.#describe = describe;
    this.#prefix = dialect === 'v2' ? '#/definitions/' : '#/components/schemas/';
  }

  /** A reference to the struct, whose definition (and all that it refers to) is now part of the document. */
  reference(type: StructType): Schema {
    this.#addStruct(type);
    return { $ref: this.#prefix + type.name };
  }

  /** The schema of a body: a reference, or a plain string where there is no type. */
  refer(ref: StructType | string | undefined): Schema {
    if (ref === undefined) return { type: 'string' };
    return typeof ref === 'string' ? { $ref: this.#prefix + ref } : this.reference(ref);
  }

  /** Adds a definition made elsewhere, such as a custom resource's. */
  add(name: string, schema: Schema): void {
    this.#made.set(name, schema);
  }

  /** All definitions so far, by name in alphabetical order. */
  all(): Record<string, Schema> {
    return Object.fromEntries([...this.#made].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #addStruct(type: StructType): void {
    if (this.#made.has(type.name)) return;
    const schema: Schema = {};
    this.#made.set(type.name, schema);
    setDescription(schema, this.#describe(type.name));
    schema['type'] = 'object';
    const fields = [...type.byName.values()];
    const required = fields.filter((field) => field.required).map((field) => field.name);
    if (required.length > 0) schema['required'] = required;
    if (fields.length > 0) schema['properties'] = Object.fromEntries(fields.map((field) => [field.name, this.#property(type, field)]));
    const kinds = this.#kindsOf(type);
    if (kinds.length > 0) schema['x-kubernetes-group-version-kind'] = kinds.map(({ group, kind, version }) => ({ group, kind, version }));
    if (type.mapType !== undefined) schema['x-kubernetes-map-type'] = type.mapType;
    if (type.unions !== undefined) schema['x-kubernetes-unions'] = type.unions;
  }

  #property(owner: StructType, field: Field): Schema {
    const beside: Schema = {};
    if (!field.undescribed) setDescription(beside, this.#describe(owner.name, field.name));
    if (this.#dialect === 'v3' && field.default !== undefined) beside['default'] = field.default;
    if (field.mapType !== undefined) beside['x-kubernetes-map-type'] = field.mapType;
    if (field.listType !== undefined) beside['x-kubernetes-list-type'] = field.listType;
    if (field.type.kind === 'list') listExtensions(beside, field.type);
    if (field.type.kind === 'map' && field.type.mapType !== undefined) beside['x-kubernetes-map-type'] = field.type.mapType;
    if (field.patchMergeKey !== undefined) beside['x-kubernetes-patch-merge-key'] = field.patchMergeKey;
    if (field.patchStrategy !== undefined) beside['x-kubernetes-patch-strategy'] = field.patchStrategy;
    const schema = this.#typeSchema(field.type);
    // v3.0 ignores what stands beside a reference, so the reference goes inside allOf. A missing text counts as one that we lack.
    const wrap = this.#dialect === 'v3' && '$ref' in schema && (!field.undescribed || Object.keys(beside).length > 0);
    return { ...beside, ...(wrap ? { allOf: [schema] } : schema) };
  }

  #typeSchema(type: Type): Schema {
    switch (type.kind) {
      case 'struct':
        return this.reference(type);
      case 'list':
        return { type: 'array', items: this.#elementSchema(type) };
      case 'map':
        return { type: 'object', additionalProperties: this.#elementSchema(type) };
      case 'scalar':
        return this.#scalarSchema(type);
    }
  }

  #elementSchema(type: ListType | MapType): Schema {
    return this.#typeSchema(type.kind === 'list' ? type.items : type.values);
  }

  #scalarSchema(type: ScalarType): Schema {
    const plain = PLAIN_SCALARS[type.scalar];
    if (plain !== undefined) return type.enum === undefined ? { ...plain } : { ...plain, enum: type.enum };
    const definition = SCALAR_DEFINITIONS[type.form ?? type.scalar];
    if (definition === undefined) return {};
    if (!this.#made.has(definition.name)) {
      const schema: Schema = {};
      setDescription(schema, this.#describe(definition.name));
      this.#made.set(definition.name, Object.assign(schema, this.#dialect === 'v2' ? (definition.v2 ?? definition.v3) : definition.v3));
    }
    return { $ref: this.#prefix + definition.name };
  }
}

function listExtensions(out: Schema, type: ListType): void {
  if (type.keys !== undefined) out['x-kubernetes-list-map-keys'] = type.keys;
  if (type.listType !== undefined) out['x-kubernetes-list-type'] = type.listType;
}

function setDescription(schema: Schema, text: string | undefined): void {
  if (text !== undefined && text !== '') schema['description'] = text;
}
