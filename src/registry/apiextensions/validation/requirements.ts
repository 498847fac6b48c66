import { FieldPath } from '../../../apimachinery/field-path.js';
import { deepEqualJson } from '../../../schema/custom/deep-equal.js';
import { coerceEmbedded } from '../../../schema/custom/object-meta.js';
import { prune } from '../../../schema/custom/prune.js';
import { isObject } from '../../../schema/custom/json-object.js';
import { isSchema, Structural, type JsonSchema } from '../../../schema/custom/structural.js';
import { deepEqual } from '../../object.js';
import { caBundleErrors } from '../../webhook-client-config.js';
import { isConditionTrue, type CustomResourceDefinition } from '../definition.js';
import { hasKnownVersionOrNone } from './conversion.js';
import type { InternalSpec } from './internal-spec.js';
import { hasInvalidType, hasNonAtomicSet, mapKeyErrors } from './openapi-schema.js';
import { MAX_SELECTABLE_FIELDS } from './presentation.js';
import { structuralErrors, structuralProblem } from './structural.js';
import { schemasOf, specHas } from './walk-schema.js';

/**
 * What is demanded of a definition. An update isn't refused for what was there
 * before, from times when less was demanded (Go: validationOptions).
 */
export interface Requirements {
  readonly knownReviewVersion: boolean;
  readonly immutableNames: boolean;
  readonly schemas: boolean;
  readonly validTypes: boolean;
  readonly structuralSchema: boolean;
  readonly prunedDefaults: boolean;
  readonly atomicSets: boolean;
  readonly soundMapKeys: boolean;
  readonly allowInvalidCaBundle: boolean;
  /** Versions (or '' for what is shared) that may keep too many selectable fields. */
  readonly tooManySelectableFields: ReadonlySet<string>;
  /** Versions whose schema is what it was: their rules may cost what they cost before. */
  readonly unchangedSchemas: ReadonlySet<string>;
}

export const FOR_NEW: Requirements = {
  knownReviewVersion: true,
  immutableNames: false,
  schemas: true,
  validTypes: true,
  structuralSchema: true,
  prunedDefaults: true,
  atomicSets: true,
  soundMapKeys: true,
  // Established comes later, and checks it.
  allowInvalidCaBundle: true,
  tooManySelectableFields: new Set(),
  unchangedSchemas: new Set(),
};

const NOWHERE = FieldPath.of('');

/** What may be demanded of an update of `old`. */
export function requirementsAfter(old: CustomResourceDefinition, oldSpec: InternalSpec, spec: InternalSpec): Requirements {
  const schemas = schemasOf(oldSpec);
  return {
    knownReviewVersion: hasKnownVersionOrNone(old.spec.conversion?.webhook?.conversionReviewVersions),
    immutableNames: isConditionTrue(old, 'Established'),
    schemas: hasAllSchemas(oldSpec),
    validTypes: !specHas(oldSpec, hasInvalidType),
    structuralSchema: schemas.every((schema) => structuralProblem(schema) === undefined && structuralErrors(schema, NOWHERE).length === 0),
    prunedDefaults: !schemas.some(hasUnprunedDefaults),
    atomicSets: !specHas(oldSpec, hasNonAtomicSet),
    soundMapKeys: !specHas(oldSpec, (schema) => mapKeyErrors(schema, NOWHERE).length > 0),
    allowInvalidCaBundle:
      !isConditionTrue(old, 'Established') ||
      caBundleErrors(old.spec.conversion?.webhook?.clientConfig?.caBundle ?? '', NOWHERE).length > 0,
    tooManySelectableFields: tooManyBefore(oldSpec, spec),
    unchangedSchemas: unchangedSchemas(oldSpec, spec),
  };
}

function unchangedSchemas(old: InternalSpec, spec: InternalSpec): ReadonlySet<string> {
  const same = spec.given.filter(({ name, schema }) => {
    const before = old.given.find((version) => version.name === name);
    return before !== undefined && deepEqual(before.schema?.openAPIV3Schema, schema?.openAPIV3Schema);
  });
  return new Set(same.map(({ name = '' }) => name));
}

function hasAllSchemas({ schema, versions }: InternalSpec): boolean {
  return schema?.openAPIV3Schema !== undefined || versions.every((version) => version.schema?.openAPIV3Schema !== undefined);
}

function tooManyBefore(old: InternalSpec, spec: InternalSpec): ReadonlySet<string> {
  const found = new Set<string>();
  if ((old.selectableFields?.length ?? 0) > MAX_SELECTABLE_FIELDS && deepEqual(old.selectableFields, spec.selectableFields)) found.add('');
  for (const { name = '', selectableFields } of spec.versions) {
    const before = old.versions.find((version) => version.name === name)?.selectableFields;
    if ((before?.length ?? 0) > MAX_SELECTABLE_FIELDS && deepEqual(before, selectableFields)) found.add(name);
  }
  return found;
}

function hasUnprunedDefaults(schema: JsonSchema): boolean {
  if (structuralProblem(schema) !== undefined || structuralErrors(schema, NOWHERE).length > 0) return false;
  return someDefaultUnpruned(new Structural(schema));
}

function someDefaultUnpruned(schema: Structural): boolean {
  if (!schema.reachesDefaults) return false;
  const { default: value, items } = schema;
  if (isObject(value) && !deepEqualJson(coerceEmbedded(prune(value, schema, false), schema, false, { dropInvalid: true }), value))
    return true;
  if (isSchema(schema.source.items) && items !== undefined && someDefaultUnpruned(items)) return true;
  return schema.propertyNames.some((name) => {
    const property = schema.property(name);
    return property !== undefined && someDefaultUnpruned(property);
  });
}
