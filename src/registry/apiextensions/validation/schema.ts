import { forbidden, invalid, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { cel } from '../../../cel/loader.js';
import type { DefinitionRules } from '../../../cel/rules/definition-rules.js';
import { reachesRules, type JsonSchema } from '../../../schema/custom/structural.js';
import type { CustomResourceValidation } from '../../../schema/generated/apiextensions-v1.js';
import { goRule, goSchema } from './go-values.js';
import { schemaErrors } from './openapi-schema.js';
import type { Requirements } from './requirements.js';
import { defaultErrors } from './schema-defaults.js';
import { structuralErrors, structuralProblem } from './structural.js';

/** What a schema's root may hold beside /status, whose own schema is cut out of it; Go's names, in Go's order. */
const ROOT_FIELDS = [
  'Description',
  'Type',
  'Format',
  'Title',
  'Maximum',
  'ExclusiveMaximum',
  'Minimum',
  'ExclusiveMinimum',
  'MaxLength',
  'MinLength',
  'Pattern',
  'MaxItems',
  'MinItems',
  'UniqueItems',
  'MultipleOf',
  'Required',
  'Items',
  'Properties',
  'ExternalDocs',
  'Example',
  'XPreserveUnknownFields',
  'XValidations',
];

/**
 * Faults of one schema (Go: validateCustomResourceDefinitionValidation).
 * @param isUnchanged the version had this schema before: then single rules may cost what they cost
 */
export function validationErrors(
  validation: CustomResourceValidation | undefined,
  hasStatus: boolean,
  requirements: Requirements,
  path: FieldPath,
  isUnchanged = false,
): FieldError[] {
  const schema = validation?.openAPIV3Schema;
  if (schema === undefined) return [];
  const errors: FieldError[] = [];
  const at = path.child('openAPIV3Schema');
  if (hasStatus) errors.push(...rootErrors(schema, path));
  if (schema.nullable === true) errors.push(forbidden(path.child('openAPIV3Schema.nullable'), 'nullable cannot be true at the root'));
  let problem: string | undefined;
  let rules: DefinitionRules | undefined;
  if (requirements.structuralSchema) {
    problem = structuralProblem(schema);
    if (problem === undefined) {
      const faults = formErrors(schema, requirements, at);
      errors.push(...faults);
      if (faults.length === 0 && reachesRules(schema)) rules = new (cel().DefinitionRules)(goRule, isUnchanged);
    }
  }
  const context = {
    requireValidTypes: requirements.validTypes,
    requireAtomicSets: requirements.atomicSets,
    requireSoundMapKeys: requirements.soundMapKeys,
    inMeta: false,
    isRoot: true,
    rules: rules?.root(schema),
  };
  errors.push(...schemaErrors(schema, context, at), ...(rules?.finish(at) ?? []));
  if (errors.length === 0 && problem !== undefined) errors.push(invalid(at, '', problem));
  return errors;
}

/** The structure first; defaults are looked at if it is sound. */
function formErrors(schema: JsonSchema, requirements: Requirements, path: FieldPath): FieldError[] {
  const errors = structuralErrors(schema, path);
  return errors.length > 0 ? errors : defaultErrors(schema, path, requirements.prunedDefaults);
}

/** The first field that doesn't fit beside /status is told; Go walks them in the order of its struct. */
function rootErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  const shown = goSchema(schema) as Readonly<Record<string, unknown>>;
  for (const [field, value] of Object.entries(shown)) {
    if (isZero(value)) continue;
    if (field === 'Type') {
      if (schema.type === 'object') continue;
      const detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
      return [invalid(path.child('openAPIV3Schema.type'), schema.type, detail)];
    }
    if (ROOT_FIELDS.includes(field)) continue;
    const detail = `only [${ROOT_FIELDS.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`;
    return [invalid(path.child('openAPIV3Schema'), shown, detail)];
  }
  return [];
}

function isZero(value: unknown): boolean {
  return value === null || value === false || value === '';
}
