import { forbidden, invalid, NamedString, notSupported, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isSchema, type JsonSchema } from '../../../schema/custom/structural.js';
import type { RuleContext } from '../../../cel/rules/definition-rules.js';
import { resolvePath, SchemaPathError } from '../../../schema/custom/schema-path.js';
import { goSchemaOrArray } from './go-values.js';
import { structuralProblem } from './structural.js';

/** What holds for a schema by where it stands. */
export interface SchemaContext {
  readonly requireValidTypes: boolean;
  readonly requireAtomicSets: boolean;
  readonly requireSoundMapKeys: boolean;
  /** Why defaults are forbidden here; undefined where they aren't. */
  readonly forbidsDefaults?: string | undefined;
  /** Inside kind, apiVersion or metadata. */
  readonly inMeta: boolean;
  readonly isRoot: boolean;
  /** Where x-kubernetes-validations of this schema are compiled; undefined where they aren't. */
  readonly rules?: RuleContext | undefined;
}

const TYPES: ReadonlySet<string> = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object']);
const META_FIELDS: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion']);

/** Whether a schema has a type that OpenAPI doesn't know. */
export function hasInvalidType({ type = '' }: JsonSchema): boolean {
  return type !== '' && !TYPES.has(type);
}

/** Faults of a schema and of all inside it (Go: ValidateCustomResourceDefinitionOpenAPISchema). */
export function schemaErrors(schema: JsonSchema, context: SchemaContext, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  visit(errors, schema, context, path);
  return errors;
}

function visit(errors: FieldError[], schema: JsonSchema, context: SchemaContext, path: FieldPath): void {
  const before = errors.length;
  standardErrors(errors, schema, context, path);
  if (schema.uniqueItems === true) {
    errors.push(forbidden(path.child('uniqueItems'), 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  }
  visitParts(errors, schema, context, path);
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalid(path.child('x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'));
  }
  mapTypeErrors(errors, schema, path);
  listTypeErrors(errors, schema, context, path);
  if (context.requireSoundMapKeys) errors.push(...mapKeyErrors(schema, path));
  ruleErrors(errors, schema, path);
  // Expressions over a faulty schema would only be blamed for what is wrong with that.
  if (schema['x-kubernetes-validations'] !== undefined && errors.length === before) context.rules?.check(path);
}

/** Go: specStandardValidatorV3.validate. */
function standardErrors(errors: FieldError[], schema: JsonSchema, context: SchemaContext, path: FieldPath): void {
  const { type = '' } = schema;
  if (context.requireValidTypes && hasInvalidType(schema)) errors.push(notSupported(path.child('type'), type, TYPES));
  if (schema.default !== undefined && context.forbidsDefaults !== undefined) {
    errors.push(forbidden(path.child('default'), `must not be set${context.forbidsDefaults === '' ? '' : ` ${context.forbidsDefaults}`}`));
  }
  for (const member of ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const) {
    if (schema[member] !== undefined) errors.push(forbidden(path.child(member), `${member} is not supported`));
  }
  if (type === 'null') errors.push(forbidden(path.child('type'), 'type cannot be set to null, use nullable as an alternative'));
  if (Array.isArray(schema.items)) errors.push(forbidden(path.child('items'), 'items must be a schema object and not an array'));
  if (context.inMeta && schema['x-kubernetes-embedded-resource'] === true) {
    errors.push(forbidden(path.child('x-kubernetes-embedded-resource'), 'must not be used inside of resource meta'));
  }
}

function visitParts(errors: FieldError[], schema: JsonSchema, context: SchemaContext, path: FieldPath): void {
  const below: SchemaContext = { ...context, isRoot: false, rules: undefined };
  const { additionalProperties: additional, properties, items } = schema;
  if (additional !== undefined && additional !== null) {
    if (properties !== undefined && additional !== true) {
      errors.push(forbidden(path.child('additionalProperties'), 'additionalProperties and properties are mutual exclusive'));
    }
    const inner = context.inMeta ? { ...below, forbidsDefaults: 'inside additionalProperties applying to object metadata' } : below;
    if (isSchema(additional))
      visit(errors, additional, { ...inner, rules: context.rules?.additional(additional) }, path.child('additionalProperties'));
  }
  for (const [name, property] of Object.entries(properties ?? {})) {
    const inner = propertyContext(schema, name, context, below);
    visit(errors, property, { ...inner, rules: context.rules?.property(property, path) }, path.child('properties').key(name));
  }
  if (schema.not !== undefined) visit(errors, schema.not, below, path.child('not'));
  for (const member of ['allOf', 'oneOf', 'anyOf'] as const) {
    schema[member]?.forEach((part, i) => {
      visit(errors, part, below, path.child(member).index(i));
    });
  }
  for (const [name, part] of Object.entries(schema.definitions ?? {})) visit(errors, part, below, path.child('definitions').key(name));
  if (isSchema(items)) visit(errors, items, { ...below, rules: context.rules?.items(items, path) }, path.child('items'));
  else if (Array.isArray(items))
    items.forEach((item, i) => {
      if (isSchema(item)) visit(errors, item, below, path.child('items').index(i));
    });
  for (const [name, part] of Object.entries(schema.dependencies ?? {})) {
    if (isSchema(part)) visit(errors, part, below, path.child('dependencies').key(name));
  }
}

function propertyContext(schema: JsonSchema, name: string, context: SchemaContext, below: SchemaContext): SchemaContext {
  if (!META_FIELDS.has(name) || !(context.isRoot || schema['x-kubernetes-embedded-resource'] === true)) return below;
  return { ...below, inMeta: true, forbidsDefaults: context.isRoot ? `in top-level ${name}` : below.forbidsDefaults };
}

function mapTypeErrors(errors: FieldError[], schema: JsonSchema, path: FieldPath): void {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return;
  wrongType(errors, schema, 'object', 'x-kubernetes-map-type', path);
  if (mapType !== 'atomic' && mapType !== 'granular')
    errors.push(notSupported(path.child('x-kubernetes-map-type'), mapType, ['atomic', 'granular']));
}

function wrongType(errors: FieldError[], { type = '' }: JsonSchema, wanted: string, member: string, path: FieldPath): boolean {
  if (type === wanted) return false;
  const detail = `must be ${wanted} if ${member} is specified`;
  errors.push(type === '' ? required(path.child('type'), detail) : invalid(path.child('type'), type, detail));
  return true;
}

function listTypeErrors(errors: FieldError[], schema: JsonSchema, context: SchemaContext, path: FieldPath): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (listType !== undefined) {
    const isWrong = wrongType(errors, schema, 'array', 'x-kubernetes-list-type', path);
    if (!isWrong && context.requireAtomicSets && listType === 'set' && isSchema(schema.items))
      setItemErrors(errors, schema.items, path.child('items'));
    if (listType !== 'atomic' && listType !== 'set' && listType !== 'map') {
      errors.push(notSupported(path.child('x-kubernetes-list-type'), listType, ['atomic', 'set', 'map']));
    }
  }
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const at = path.child('x-kubernetes-list-type');
    errors.push(listType === undefined ? required(at, detail) : invalid(at, listType, detail));
  }
  if (listType === 'map') mapListErrors(errors, schema, keys, path);
}

const SET_ITEMS = 'must be atomic as item of a list with x-kubernetes-list-type=set';

/** Items of sets have no parts with owners of their own. */
function setItemErrors(errors: FieldError[], items: JsonSchema, path: FieldPath): void {
  const { type, 'x-kubernetes-list-type': listType, 'x-kubernetes-map-type': mapType } = items;
  const shown = listType === undefined ? null : new NamedString(listType);
  if (type === 'array' && listType !== undefined && listType !== 'atomic')
    errors.push(invalid(path.child('x-kubernetes-list-type'), shown, SET_ITEMS));
  // The real server shows the list type here too.
  if (type === 'object' && mapType !== 'atomic') errors.push(invalid(path.child('x-kubernetes-map-type'), shown, SET_ITEMS));
}

/** Whether a schema breaks the rule for items of sets. */
export function hasNonAtomicSet({ items, ...schema }: JsonSchema): boolean {
  if (schema['x-kubernetes-list-type'] !== 'set' || !isSchema(items)) return false;
  if (items.type === 'object') return items['x-kubernetes-map-type'] !== 'atomic';
  const listType = items['x-kubernetes-list-type'];
  return items.type === 'array' && listType !== undefined && listType !== 'atomic';
}

function mapListErrors(errors: FieldError[], { items }: JsonSchema, keys: readonly string[], path: FieldPath): void {
  const keysAt = path.child('x-kubernetes-list-map-keys');
  if (keys.length === 0) errors.push(required(keysAt, 'must not be empty if x-kubernetes-list-type is map'));
  const itemsAt = path.child('items');
  if (items === undefined || items === null) {
    errors.push(required(itemsAt, 'must have a schema if x-kubernetes-list-type is map'));
    return;
  }
  if (!isSchema(items)) {
    errors.push(invalid(itemsAt, goSchemaOrArray(items), 'must only have a single schema if x-kubernetes-list-type is map'));
    return;
  }
  const { type = '', properties = {} } = items as JsonSchema;
  if (type !== 'object') {
    errors.push(invalid(itemsAt.child('type'), type, "must be object if parent array's x-kubernetes-list-type is map"));
    return;
  }
  const seen = new Set<string>();
  for (const key of keys) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property === undefined) errors.push(invalid(keysAt, keys, 'entries must all be names of item properties'));
    else if (property.type === 'array' || property.type === 'object') {
      errors.push(
        invalid(
          itemsAt.child('properties').key(key).child('type'),
          type,
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      );
    }
    if (seen.has(key)) errors.push(invalid(keysAt, keys, 'must not contain duplicate entries'));
    seen.add(key);
  }
}

/** Items of sets and maps can't be null, and keys are always there (Go: validateMapListKeysMapSet). */
export function mapKeyErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  if (!isSchema(schema.items) || (listType !== 'set' && listType !== 'map')) return [];
  const errors: FieldError[] = [];
  const { nullable, required: needed = [], properties = {} } = schema.items as JsonSchema;
  const at = path.child('items');
  if (nullable === true) errors.push(forbidden(at.child('nullable'), `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  if (listType === 'set') return errors;
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property === undefined) continue;
    const keyAt = at.child('properties').key(key);
    if (!needed.includes(key) && property.default === undefined) {
      errors.push(
        required(
          keyAt.child('default'),
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
    }
    if (property.nullable === true) {
      errors.push(forbidden(keyAt.child('nullable'), 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'));
    }
  }
  return errors;
}

const REASONS: ReadonlySet<string> = new Set(['FieldValueRequired', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueDuplicate']);
const LINE_BREAK = /[\n\r]/;

/** The form of x-kubernetes-validations; whether expressions compile is the matter of `RuleContext`. */
function ruleErrors(errors: FieldError[], schema: JsonSchema, path: FieldPath): void {
  schema['x-kubernetes-validations']?.forEach((given, i) => {
    const { rule = '', message = '', messageExpression = '', reason, fieldPath = '' } = given;
    const at = path.child('x-kubernetes-validations').index(i);
    if (rule.trim() === '') errors.push(required(at.child('rule'), 'rule is not specified'));
    else if (message !== '' && message.trim() === '') errors.push(invalid(at.child('message'), message, 'must be non-empty if specified'));
    else if (LINE_BREAK.test(message.trim())) errors.push(invalid(at.child('message'), message, 'must not contain line breaks'));
    else if (LINE_BREAK.test(rule.trim()) && message.trim() === '') {
      errors.push(required(at.child('message'), 'message must be specified if rule contains line breaks'));
    }
    if (messageExpression !== '' && messageExpression.trim() === '') {
      errors.push(required(at.child('messageExpression'), 'messageExpression must be non-empty if specified'));
    }
    if (reason !== undefined && !REASONS.has(reason)) errors.push(notSupported(at.child('reason'), new NamedString(reason), REASONS));
    fieldPathErrors(errors, schema, fieldPath, at.child('fieldPath'));
  });
}

function fieldPathErrors(errors: FieldError[], schema: JsonSchema, text: string, at: FieldPath): void {
  if (text === '') return;
  if (text.trim() === '') errors.push(invalid(at, text, 'must be non-empty if specified'));
  if (LINE_BREAK.test(text)) errors.push(invalid(at, text, 'must not contain line breaks'));
  if (structuralProblem(schema) !== undefined) return;
  try {
    resolvePath(text, schema, true);
  } catch (error) {
    if (!(error instanceof SchemaPathError)) throw error;
    errors.push(invalid(at, text, 'must be a valid path'));
  }
}
