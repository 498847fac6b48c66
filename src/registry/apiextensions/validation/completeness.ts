import { required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isSchema, type JsonSchema } from '../../../schema/custom/structural.js';

/**
 * Whatever junctors say about fields and items has to be specified outside of
 * them too (Go: validateStructuralCompleteness). `schemaPath` is where the
 * structure is missing, `at` where the junctor speaks of it.
 */
export function completenessErrors(errors: FieldError[], schema: JsonSchema, path: FieldPath): void {
  junctors(errors, schema, schema, path, path);
}

function junctors(errors: FieldError[], value: JsonSchema, schema: JsonSchema, schemaPath: FieldPath, at: FieldPath): void {
  if (value.not !== undefined) nested(errors, value.not, schema, schemaPath, at.child('not'));
  value.allOf?.forEach((part, i) => {
    nested(errors, part, schema, schemaPath, at.child('allOf').index(i));
  });
  value.anyOf?.forEach((part, i) => {
    nested(errors, part, schema, schemaPath, at.child('anyOf').index(i));
  });
  value.oneOf?.forEach((part, i) => {
    nested(errors, part, schema, schemaPath, at.child('oneOf').index(i));
  });
}

function nested(errors: FieldError[], value: JsonSchema, schema: JsonSchema | undefined, schemaPath: FieldPath, at: FieldPath): void {
  if (schema === undefined) {
    errors.push(required(schemaPath, `because it is defined in ${at.toString()}`));
    return;
  }
  junctors(errors, value, schema, schemaPath, at);
  if (isSchema(value.items))
    nested(errors, value.items, isSchema(schema.items) ? schema.items : undefined, schemaPath.child('items'), at.child('items'));
  for (const [name, property] of Object.entries(value.properties ?? {})) {
    const below = schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    nested(errors, property, below, schemaPath.child('properties').key(name), at.child('properties').key(name));
  }
}
