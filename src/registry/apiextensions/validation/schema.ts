import { forbidden, invalid, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import type { JsonSchema } from '../../../schema/custom/structural.js';
import type { CustomResourceValidation } from '../../../schema/generated/apiextensions-v1.js';
import { goSchema } from './go-values.js';
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

/** Faults of one schema (Go: validateCustomResourceDefinitionValidation). */
export function validationErrors(
  validation: CustomResourceValidation | undefined,
  hasStatus: boolean,
  requirements: Requirements,
  path: FieldPath,
): FieldError[] {
  const schema = validation?.openAPIV3Schema;
  if (schema === undefined) return [];
  const errors: FieldError[] = [];
  const at = path.child('openAPIV3Schema');
  if (hasStatus) errors.push(...rootErrors(schema, path));
  if (schema.nullable === true) errors.push(forbidden(path.child('openAPIV3Schema.nullable'), 'nullable cannot be true at the root'));
  let problem: string | undefined;
  if (requirements.structuralSchema) {
    problem = structuralProblem(schema);
    if (problem === undefined) errors.push(...formErrors(schema, requirements, at));
  }
  const context = {
    requireValidTypes: requirements.validTypes,
    requireAtomicSets: requirements.atomicSets,
    requireSoundMapKeys: requirements.soundMapKeys,
    inMeta: false,
    isRoot: true,
  };
  errors.push(...schemaErrors(schema, context, at));
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
