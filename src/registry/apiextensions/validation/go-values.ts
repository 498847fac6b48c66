import { isSchema, type JsonSchema } from '../../../schema/custom/structural.js';
import type { JsonValue } from '../../../schema/type.js';
import { GoPrinter } from '../../go-struct.js';
import type { DefinitionVersion } from '../definition.js';

/** Refused versions and schemas as the real server prints them: with Go's field names. */

const printer = new GoPrinter({
  Subresources: 'Status*:Status Scale*:Scale',
  Status: '',
  Scale: 'SpecReplicasPath StatusReplicasPath LabelSelectorPath*',
  Column: 'Name Type Format Description Priority# JSONPath=jsonPath',
  Selectable: 'JSONPath=jsonPath',
  Rule: 'Rule Message MessageExpression Reason* FieldPath OptionalOldSelf*',
  Docs: 'Description URL=url',
});

/** The versions of the internal spec. */
export function goVersions(versions: readonly DefinitionVersion[]): unknown {
  return versions.map((version) => ({
    Name: version.name ?? '',
    Served: version.served ?? false,
    Storage: version.storage ?? false,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: version.schema === undefined ? null : { OpenAPIV3Schema: goSchema(version.schema.openAPIV3Schema) },
    Subresources: goSubresources(version),
    AdditionalPrinterColumns: printer.print('Column', version.additionalPrinterColumns),
    SelectableFields: printer.print('Selectable', version.selectableFields),
  }));
}

function goSubresources({ subresources }: DefinitionVersion): unknown {
  if (subresources === undefined) return null;
  return { Status: subresources.status === undefined ? null : {}, Scale: printer.print('Scale', subresources.scale) };
}

/** One rule of x-kubernetes-validations. */
export function goRule(rule: unknown): unknown {
  return printer.print('Rule', rule);
}

/** A whole schema; null if there is none. */
export function goSchema(schema: JsonSchema | undefined): unknown {
  if (schema === undefined) return null;
  return {
    ID: schema.id ?? '',
    Schema: schema.$schema ?? '',
    Ref: schema.$ref ?? null,
    Description: schema.description ?? '',
    Type: schema.type ?? '',
    Nullable: schema.nullable ?? false,
    Format: schema.format ?? '',
    Title: schema.title ?? '',
    Default: schema.default ?? null,
    Maximum: schema.maximum ?? null,
    ExclusiveMaximum: schema.exclusiveMaximum ?? false,
    Minimum: schema.minimum ?? null,
    ExclusiveMinimum: schema.exclusiveMinimum ?? false,
    MaxLength: schema.maxLength ?? null,
    MinLength: schema.minLength ?? null,
    Pattern: schema.pattern ?? '',
    MaxItems: schema.maxItems ?? null,
    MinItems: schema.minItems ?? null,
    UniqueItems: schema.uniqueItems ?? false,
    MultipleOf: schema.multipleOf ?? null,
    Enum: schema.enum ?? null,
    MaxProperties: schema.maxProperties ?? null,
    MinProperties: schema.minProperties ?? null,
    Required: schema.required ?? null,
    Items: goSchemaOrArray(schema.items),
    AllOf: schema.allOf?.map(goSchema) ?? null,
    OneOf: schema.oneOf?.map(goSchema) ?? null,
    AnyOf: schema.anyOf?.map(goSchema) ?? null,
    Not: goSchema(schema.not),
    Properties: goSchemas(schema.properties),
    AdditionalProperties: goSchemaOrBool(schema.additionalProperties),
    PatternProperties: goSchemas(schema.patternProperties),
    Dependencies: schema.dependencies === undefined ? null : goDependencies(schema.dependencies),
    AdditionalItems: goSchemaOrBool(schema.additionalItems),
    Definitions: goSchemas(schema.definitions),
    ExternalDocs: printer.print('Docs', schema.externalDocs),
    Example: schema.example ?? null,
    XPreserveUnknownFields: schema['x-kubernetes-preserve-unknown-fields'] ?? null,
    XEmbeddedResource: schema['x-kubernetes-embedded-resource'] ?? false,
    XIntOrString: schema['x-kubernetes-int-or-string'] ?? false,
    XListMapKeys: schema['x-kubernetes-list-map-keys'] ?? null,
    XListType: schema['x-kubernetes-list-type'] ?? null,
    XMapType: schema['x-kubernetes-map-type'] ?? null,
    XValidations: printer.print('Rule', schema['x-kubernetes-validations']),
  };
}

function goSchemas(schemas: Readonly<Record<string, JsonSchema>> | undefined): unknown {
  return schemas === undefined ? null : Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, goSchema(schema)]));
}

/** `items`: a schema, or (refused elsewhere) a list of them. */
export function goSchemaOrArray(items: JsonValue | undefined): unknown {
  if (items === undefined) return null;
  if (isSchema(items)) return { Schema: goSchema(items), JSONSchemas: null };
  return { Schema: null, JSONSchemas: Array.isArray(items) ? items.map((item) => goSchema(item as JsonSchema)) : null };
}

function goSchemaOrBool(value: JsonValue | undefined): unknown {
  if (value === undefined || value === null) return null;
  return isSchema(value) ? { Allows: true, Schema: goSchema(value) } : { Allows: value === true, Schema: null };
}

function goDependencies(dependencies: Readonly<Record<string, JsonValue>>): unknown {
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, value]) => [
      name,
      { Schema: isSchema(value) ? goSchema(value) : null, Property: Array.isArray(value) ? value : null },
    ]),
  );
}
