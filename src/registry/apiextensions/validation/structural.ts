import { forbidden, invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isSchema, type JsonSchema } from '../../../schema/custom/structural.js';
import { compilePattern } from '../../../schema/custom/validation/patterns.js';
import { compareKeys } from '../../../schema/sort-keys.js';
import { completenessErrors } from './completeness.js';

type Level = 'root' | 'item' | 'field';

/** The members that no schema may have, with the error that the real server then gives for the whole of it. */
const UNSUPPORTED = [
  ['id', 'id'],
  ['$schema', 'schema'],
  ['$ref', '$ref'],
  ['patternProperties', 'patternProperties'],
  ['dependencies', 'dependencies'],
  ['additionalItems', 'additionalItems'],
  ['definitions', 'definitions'],
] as const;

/**
 * Why a schema can't be made structural at all, before its form is looked at;
 * the parts are visited in the real server's order (Go: structuralschema.NewStructural).
 */
export function structuralProblem(schema: JsonSchema): string | undefined {
  for (const [member, name] of UNSUPPORTED)
    if (schema[member] !== undefined && schema[member] !== '') return `OpenAPIV3Schema '${name}' is not supported`;
  const junctors = [
    ...(schema.not === undefined ? [] : [schema.not]),
    ...(schema.allOf ?? []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
  ];
  for (const part of junctors) {
    const problem = structuralProblem(part);
    if (problem !== undefined) return problem;
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  const { items, additionalProperties } = schema;
  if (Array.isArray(items) && items.length > 0) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  const parts = [
    ...(isSchema(items) ? [items] : []),
    ...Object.values(schema.properties ?? {}),
    ...(isSchema(additionalProperties) ? [additionalProperties] : []),
  ];
  for (const part of parts) {
    const problem = structuralProblem(part);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Faults of a schema's structure, sorted as the real server sorts them (Go: structuralschema.ValidateStructural). */
export function structuralErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  invariants(errors, schema, 'root', path);
  completenessErrors(errors, schema, path);
  return errors
    .map((error) => ({ error, text: error.toString() }))
    .sort((a, b) => compareKeys(a.text, b.text))
    .map(({ error }) => error);
}

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function invariants(errors: FieldError[], schema: JsonSchema, level: Level, path: FieldPath): void {
  const { type = '', items, properties, additionalProperties: additional } = schema;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const hasAdditional = additional !== undefined && additional !== null;
  if (type === 'array' && !isSchema(items)) errors.push(required(path.child('items'), 'must be specified'));
  if (isSchema(items)) invariants(errors, items, 'item', path.child('items'));
  for (const [name, property] of Object.entries(properties ?? {}))
    invariants(errors, property, 'field', path.child('properties').key(name));
  if (hasAdditional) {
    if (level === 'root') errors.push(forbidden(path.child('additionalProperties'), 'must not be used at the root'));
    if (isSchema(additional)) invariants(errors, additional, 'field', path.child('additionalProperties'));
  }
  if (intOrString && preserves)
    errors.push(invalid(path.child('x-kubernetes-preserve-unknown-fields'), true, 'must be false if x-kubernetes-int-or-string is true'));
  if (intOrString && embedded)
    errors.push(invalid(path.child('x-kubernetes-embedded-resource'), true, 'must be false if x-kubernetes-int-or-string is true'));
  valueValidation(errors, schema, isIntOrString(schema.anyOf), isIntOrString(schema.allOf?.[0]?.anyOf), path);
  if (embedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type === '' ? required(path.child('type'), detail) : invalid(path.child('type'), type, detail));
  } else if (type === '' && !intOrString && !preserves) errors.push(required(path.child('type'), EMPTY_TYPE[level]));
  if (embedded && hasAdditional)
    errors.push(forbidden(path.child('additionalProperties'), 'must not be used if x-kubernetes-embedded-resource is set'));
  if (level === 'root' && type !== '' && type !== 'object') errors.push(invalid(path.child('type'), type, 'must be object at the root'));
  metaInvariants(errors, schema, level, level === 'root' || embedded, path);
  if (embedded && !preserves && Object.keys(properties ?? {}).length === 0) {
    errors.push(
      required(
        path.child('properties'),
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
  }
}

/** Kind, apiVersion and metadata are what they are; only names may be restricted. */
function metaInvariants(errors: FieldError[], { properties }: JsonSchema, level: Level, isObject: boolean, path: FieldPath): void {
  if (properties === undefined) return;
  for (const name of ['kind', 'apiVersion']) {
    const property = propertyOf(properties, name);
    if (isObject && property !== undefined && property.type !== 'string') {
      errors.push(invalid(path.child('properties').key(name).child('type'), property.type ?? '', 'must be string'));
    }
  }
  const metadata = propertyOf(properties, 'metadata');
  if (metadata === undefined) return;
  const at = path.child('properties').key('metadata');
  if (isObject && metadata.type !== 'object') errors.push(invalid(at.child('type'), metadata.type ?? '', 'must be object'));
  if (level === 'root' && !restrictsNamesOnly(metadata)) {
    errors.push(forbidden(at, 'must not specify anything other than name and generateName, but metadata is implicitly specified'));
  }
}

function restrictsNamesOnly({ type: _type, default: _default, properties, ...rest }: JsonSchema): boolean {
  if (Object.keys(rest).length > 0) return false;
  return Object.keys(properties ?? {}).every((name) => name === 'name' || name === 'generateName');
}

function propertyOf(properties: Readonly<Record<string, JsonSchema>>, name: string): JsonSchema | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** `anyOf: [{type: integer}, {type: string}]`, which x-kubernetes-int-or-string may be spelled out as. */
function isIntOrString(anyOf: readonly JsonSchema[] | undefined): boolean {
  return anyOf?.length === 2 && isTypeOnly(anyOf[0], 'integer') && isTypeOnly(anyOf[1], 'string');
}

function isTypeOnly(schema: JsonSchema | undefined, type: string): boolean {
  return schema?.type === type && Object.keys(schema).length === 1;
}

function valueValidation(errors: FieldError[], schema: JsonSchema, skipAnyOf: boolean, skipFirstAllOf: boolean, path: FieldPath): void {
  if (!skipAnyOf)
    schema.anyOf?.forEach((part, i) => {
      nested(errors, part, false, path.child('anyOf').index(i));
    });
  schema.allOf?.forEach((part, i) => {
    nested(errors, part, skipFirstAllOf && i === 0, path.child('allOf').index(i));
  });
  schema.oneOf?.forEach((part, i) => {
    nested(errors, part, false, path.child('oneOf').index(i));
  });
  if (schema.not !== undefined) nested(errors, schema.not, false, path.child('not'));
  const { pattern = '' } = schema;
  if (pattern === '') return;
  try {
    compilePattern(pattern);
  } catch (error) {
    errors.push(invalid(path.child('pattern'), pattern, `must be a valid regular expression, but isn't: ${(error as Error).message}`));
  }
}

/** What may not stand under a junctor, in the order in which it is looked for; `lists` are refused if not empty. */
const STRUCTURE: readonly (readonly [keyof JsonSchema, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

function nested(errors: FieldError[], schema: JsonSchema, skipAnyOf: boolean, path: FieldPath): void {
  valueValidation(errors, schema, skipAnyOf, false, path);
  if (isSchema(schema.items)) nested(errors, schema.items, false, path.child('items'));
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    nested(errors, property, false, path.child('properties').key(name));
  for (const [member, detail] of STRUCTURE) {
    const value = schema[member];
    // `additionalProperties: false` says nothing here.
    if (value === undefined || value === null || value === false || value === '') continue;
    errors.push(forbidden(path.child(member), detail));
  }
  if (propertyOf(schema.properties ?? {}, 'metadata') !== undefined) {
    errors.push(forbidden(path.child('properties').key('metadata'), 'must not be specified in a nested context'));
  }
}
