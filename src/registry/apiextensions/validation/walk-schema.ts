import { isSchema, type JsonSchema } from '../../../schema/custom/structural.js';
import type { InternalSpec } from './internal-spec.js';

/** The schemas directly inside a schema, in whatever role. */
export function* partsOf(schema: JsonSchema): Iterable<JsonSchema> {
  const { items, additionalProperties, additionalItems, not } = schema;
  if (isSchema(items)) yield items;
  else if (Array.isArray(items)) for (const item of items) if (isSchema(item)) yield item;
  for (const list of [schema.allOf, schema.anyOf, schema.oneOf]) if (list !== undefined) yield* list;
  if (not !== undefined) yield not;
  for (const map of [schema.properties, schema.patternProperties, schema.definitions]) if (map !== undefined) yield* Object.values(map);
  for (const either of [additionalProperties, additionalItems]) if (isSchema(either)) yield either;
  if (schema.dependencies !== undefined) for (const value of Object.values(schema.dependencies)) if (isSchema(value)) yield value;
}

/** Whether a predicate holds for a schema or any schema inside it (Go: SchemaHas). */
export function schemaHas(schema: JsonSchema, test: (schema: JsonSchema) => boolean): boolean {
  if (test(schema)) return true;
  for (const part of partsOf(schema)) if (schemaHas(part, test)) return true;
  return false;
}

/** The schemas of all versions, each once. */
export function schemasOf(spec: InternalSpec): JsonSchema[] {
  const shared = spec.schema?.openAPIV3Schema;
  const own = spec.versions.flatMap((version) => version.schema?.openAPIV3Schema ?? []);
  return shared === undefined ? own : [shared, ...own];
}

/** Whether a predicate holds anywhere in the schemas of a definition. */
export function specHas(spec: InternalSpec, test: (schema: JsonSchema) => boolean): boolean {
  return schemasOf(spec).some((schema) => schemaHas(schema, test));
}
