/**
 * The run-time model of an API type. Built-in types are made from the facts in
 * `openapi/`; the schema of a CustomResourceDefinition becomes the same model,
 * so every walker (decode, default, prune, patch, apply, encode) knows one form.
 */

/** A JSON value as it travels over the wire. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A JSON object that its single owner may still change (before it is stored). */
export type JsonObject = { [key: string]: JsonValue | undefined };

/** A mutable JSON value. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/**
 * Leaf types. `quantity`, `intOrString`, `time`, `microTime`, `duration` are
 * JSON strings (or numbers) with a grammar of their own; `bytes` is base64 in
 * JSON; `rawExtension` and `json` hold any JSON; `fieldsV1` is the set format of
 * managedFields.
 */
export type ScalarName =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'float32'
  | 'double'
  | 'bytes'
  | 'quantity'
  | 'intOrString'
  | 'time'
  | 'microTime'
  | 'duration'
  | 'rawExtension'
  | 'fieldsV1'
  | 'json';

/**
 * Three fields of a CustomResourceDefinition's schema hold a schema or something else. They are `json` to
 * the walkers; in protobuf each is a message {schema = 1, jSONSchemas | property = 2} or {allows = 1, schema = 2}.
 */
export type SchemaForm = 'schemaOrArray' | 'schemaOrBool' | 'schemaOrStringArray';

export interface ScalarType {
  readonly kind: 'scalar';
  readonly scalar: ScalarName;
  /** Go's name of a named type, with its package, as in decoding errors: `v1.RestartPolicy`. */
  readonly goName?: string | undefined;
  /** What values OpenAPI publishes for the named type. */
  readonly enum?: readonly string[] | undefined;
  readonly form?: SchemaForm | undefined;
  /** With `form`: the struct that the schemas in it have. */
  readonly schema?: StructType | undefined;
}

export interface ListType {
  readonly kind: 'list';
  readonly items: Type;
  /** x-kubernetes-list-type; absent means atomic (see KEP-2332). */
  readonly listType?: 'atomic' | 'set' | 'map' | undefined;
  /** x-kubernetes-list-map-keys, in their declared order. */
  readonly keys?: readonly string[] | undefined;
  /** Elements are pointers in Go (`[]*T`): JSON null stays null instead of a zero value. */
  readonly nullableItems?: boolean | undefined;
  /** Protobuf wraps the list in a message whose field 1 is the repeated value (`Verbs`, `ExtraValue`). */
  readonly wrapped?: boolean | undefined;
  /** Go's name of a named type, with its package. */
  readonly goName?: string | undefined;
}

export interface MapType {
  readonly kind: 'map';
  readonly values: Type;
  /** x-kubernetes-map-type; absent means granular. */
  readonly mapType?: 'granular' | 'atomic' | undefined;
  /** Go's name of a named type, with its package: `v1.ResourceList`. */
  readonly goName?: string | undefined;
}

/** When an encoder leaves a field out (Go's `omitempty` and `omitzero`, as they act on the Go type). */
export type Omit = 'never' | 'empty';

export interface Field {
  /** JSON name; for an inline field the Go name of the embedded struct. */
  readonly name: string;
  readonly type: Type;
  /** Protobuf field number; 0 where the type has no protobuf form. */
  readonly number: number;
  /** In the OpenAPI `required` list. */
  readonly required: boolean;
  /** Go pointer: absent and zero are two things. */
  readonly pointer: boolean;
  /** Go's nil slices and maps, and zero scalars: are they written? Structs that are no pointers always are. */
  readonly omit: Omit;
  /** OpenAPI `default` (a literal that the decoder fills in), `{}` of nested structs included. */
  readonly default?: Json | undefined;
  /** Fields of this struct appear in the parent's JSON; in protobuf it is a message of its own. */
  readonly inline?: boolean | undefined;
  /** Values of the leaf: of a list's or map's elements, if the field is one. */
  readonly enum?: readonly string[] | undefined;
  readonly format?: string | undefined;
  /** x-kubernetes-map-type of this one use of a struct, which goes before that of the struct itself. */
  readonly mapType?: 'granular' | 'atomic' | undefined;
  /** Strategic merge patch: `merge`, `replace`, `retainKeys`, comma-separated as in x-kubernetes-patch-strategy. */
  readonly patchStrategy?: string | undefined;
  readonly patchMergeKey?: string | undefined;
  /** Published without a description, which shows in the form of a reference. */
  readonly undescribed?: boolean | undefined;
  /** x-kubernetes-list-type where the type is no list to us (bytes). */
  readonly listType?: string | undefined;
}

/** x-kubernetes-unions as published in OpenAPI. */
export type Unions = Json;

export interface StructType {
  readonly kind: 'struct';
  /** OpenAPI definition name, such as `io.k8s.api.core.v1.Pod`; a CRD's types are `<group>.<version>.<Kind>` plus the path. */
  readonly name: string;
  /** Go type name without package, as it appears in decoding errors: `DeploymentSpec`. */
  readonly goName: string;
  /** In Go's order, which is the order of JSON output. Inline structs appear as one field here. */
  readonly fields: readonly Field[];
  /** JSON name → field, with inline structs' fields flattened in. */
  readonly byName: ReadonlyMap<string, Field>;
  /** x-kubernetes-map-type. */
  readonly mapType?: 'granular' | 'atomic' | undefined;
  /** Unknown fields are kept (x-kubernetes-preserve-unknown-fields of a CRD). */
  readonly preserveUnknown?: boolean | undefined;
  readonly unions?: Unions | undefined;
}

export type Type = ScalarType | ListType | MapType | StructType;
