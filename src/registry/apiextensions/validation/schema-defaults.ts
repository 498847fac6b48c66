import { invalid, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { cel } from '../../../cel/loader.js';
import { deepEqualJson } from '../../../schema/custom/deep-equal.js';
import { isObject } from '../../../schema/custom/json-object.js';
import { CoercionError, coerceEmbedded } from '../../../schema/custom/object-meta.js';
import { prune } from '../../../schema/custom/prune.js';
import { sortedValue } from '../../../schema/custom/sorted.js';
import { isSchema, Structural, type JsonSchema } from '../../../schema/custom/structural.js';
import { validateEmbedded } from '../../../schema/custom/validation/embedded.js';
import { validateDefault } from '../../../schema/custom/validation/field-errors.js';
import { setOwn } from '../../../schema/set-own.js';
import type { JsonObject, JsonValue } from '../../../schema/type.js';

/** Where a default of metadata lies in the object that it is tried in. */
interface Surroundings {
  readonly root: Structural;
  /** Names, and `undefined` for an item of a list. */
  readonly steps: readonly (string | undefined)[];
}

/**
 * Defaults have to be valid, and to hold nothing that pruning would take away
 * (Go: structural defaulting.ValidateDefaults).
 */
export function defaultErrors(schema: JsonSchema, path: FieldPath, requirePruned: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const root = new Structural({ ...schema, 'x-kubernetes-embedded-resource': true });
  visit(errors, root, { root, steps: [] }, false, requirePruned, path);
  return errors;
}

function visit(
  errors: FieldError[],
  schema: Structural,
  outer: Surroundings,
  insideMeta: boolean,
  requirePruned: boolean,
  path: FieldPath,
): void {
  if (!schema.reachesDefaults) return;
  const around = schema.embedded ? { root: schema, steps: [] } : outer;
  const inMeta = insideMeta && !schema.embedded;
  if (schema.default !== undefined) {
    const faults = inMeta
      ? metadataDefaultErrors(schema, schema.default, around, path)
      : plainDefaultErrors(schema, schema.default, requirePruned, path);
    errors.push(...faults);
    if (faults.length === 0) errors.push(...ruleErrors(schema, schema.default, around.root === schema, path.child('default')));
  }
  const { items } = schema;
  if (isSchema(schema.source.items) && items !== undefined)
    visit(errors, items, below(around, undefined), inMeta, requirePruned, path.child('items'));
  for (const name of schema.propertyNames) {
    const property = schema.property(name);
    if (property === undefined) continue;
    const entersMeta = schema.embedded && (name === 'metadata' || name === 'apiVersion' || name === 'kind');
    visit(errors, property, below(around, name), inMeta || entersMeta, requirePruned, path.child('properties').key(name));
  }
}

/** A default has to pass the rules as a value that replaces itself, and as one that replaces none. */
function ruleErrors(schema: Structural, value: JsonValue, isResource: boolean, at: FieldPath): readonly FieldError[] {
  if (!schema.reachesRules) return [];
  const rules = cel().ruleValidator(schema, isResource);
  const { errors } = rules.validate(value, value, undefined, at);
  return errors.length > 0 ? errors : rules.validate(value, undefined, undefined, at).errors;
}

function below({ root, steps }: Surroundings, step: string | undefined): Surroundings {
  return { root, steps: [...steps, step] };
}

function plainDefaultErrors(schema: Structural, value: JsonValue, requirePruned: boolean, path: FieldPath): FieldError[] {
  const at = path.child('default');
  const errors: FieldError[] = [];
  if (requirePruned && !isPruned(schema, value)) errors.push(invalid(at, sortedValue(value), 'must not have unknown fields'));
  return [...errors, ...(coercionErrors(schema, value, at) ?? laterErrors(schema, value, at))];
}

/** The first step that finds something ends the checks. */
function laterErrors(schema: Structural, value: JsonValue, at: FieldPath): FieldError[] {
  const embedded = validateEmbedded(value, schema, false, at);
  return embedded.length > 0 ? embedded : validateDefault(schema.source, value, at);
}

function isPruned(schema: Structural, value: JsonValue): boolean {
  // Lists are pruned through an object that holds them.
  const holder = new Structural({ properties: { value: schema.source } });
  const nullable = { value };
  return deepEqualJson(prune(nullable, holder, false), nullable) || value === null;
}

function coercionErrors(schema: Structural, value: JsonValue, at: FieldPath): FieldError[] | undefined {
  if (!isObject(value)) return undefined;
  try {
    coerceEmbedded(value, schema, false, {}, at);
    return undefined;
  } catch (error) {
    if (error instanceof CoercionError) return [error.fault];
    throw error;
  }
}

/** A default of a part of metadata is tried in an otherwise empty object. */
function metadataDefaultErrors(schema: Structural, value: JsonValue, around: Surroundings, path: FieldPath): FieldError[] {
  const at = path.child('default');
  const object = surround(structuredClone(value), around.steps);
  if (object['kind'] === undefined) object['kind'] = 'Validation';
  if (object['apiVersion'] === undefined) object['apiVersion'] = 'validation/v1';
  try {
    const coerced = coerceEmbedded(object, around.root, true);
    const errors = validateEmbedded(coerced, around.root, true);
    if (errors.length > 0) return [invalid(at, sortedValue(value), `must result in valid metadata: ${aggregate(errors)}`)];
  } catch (error) {
    if (!(error instanceof CoercionError)) throw error;
    return [invalid(at, sortedValue(value), `must result in valid metadata: ${error.message}`)];
  }
  return validateDefault(schema.source, value, at);
}

function surround(value: JsonValue, steps: readonly (string | undefined)[]): JsonObject {
  let inner = value;
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    if (step === undefined) inner = [inner];
    else {
      const outer: JsonObject = {};
      setOwn<JsonValue | undefined>(outer, step, inner);
      inner = outer;
    }
  }
  return isObject(inner) ? inner : {};
}

/** Several errors as one (Go: ErrorList.ToAggregate). */
function aggregate(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(String))];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}
