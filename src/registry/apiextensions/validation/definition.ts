import { invalid, type FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import type { CustomResourceDefinitionStatus } from '../../../schema/generated/apiextensions-v1.js';
import { approvalErrors } from '../approval.js';
import type { CustomResourceDefinition } from '../definition.js';
import { internalSpec } from './internal-spec.js';
import { nameErrors } from './names.js';
import { FOR_NEW, requirementsAfter } from './requirements.js';
import { specErrors, specUpdateErrors } from './spec.js';

const STATUS = FieldPath.of('status');

/** Faults of a new definition beyond its metadata (Go: ValidateCustomResourceDefinition). */
export function definitionErrors(definition: CustomResourceDefinition): FieldError[] {
  return [...specErrors(internalSpec(definition.spec), FOR_NEW), ...commonErrors(definition, undefined)];
}

/** Faults of a changed definition (Go: ValidateCustomResourceDefinitionUpdate). */
export function definitionUpdateErrors(definition: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const spec = internalSpec(definition.spec);
  const requirements = requirementsAfter(old, internalSpec(old.spec), spec);
  return [...specUpdateErrors(spec, old.spec, requirements), ...commonErrors(definition, old)];
}

/** Faults of a status. */
export function statusErrors({ acceptedNames }: CustomResourceDefinitionStatus): FieldError[] {
  return nameErrors(acceptedNames, STATUS.child('acceptedNames'));
}

function commonErrors(definition: CustomResourceDefinition, old: CustomResourceDefinition | undefined): FieldError[] {
  return [
    ...statusErrors(definition.status),
    ...storedVersionErrors(definition),
    ...approvalErrors(definition, old),
    ...preserveErrors(definition, old),
  ];
}

/** Versions that instances may be stored in have to stay. */
function storedVersionErrors({ spec, status }: CustomResourceDefinition): FieldError[] {
  const path = STATUS.child('storedVersions');
  const stored = status.storedVersions ?? [];
  if (stored.length === 0) return [invalid(path, status.storedVersions ?? null, 'must have at least one stored version')];
  const versions = spec.versions ?? [];
  const errors: FieldError[] = [];
  const left = new Set(stored);
  for (const { name = '', storage } of versions) {
    // A version that is there twice is missed the second time.
    if (!left.delete(name) && storage === true) errors.push(invalid(path, stored, `must have the storage version ${name}`));
  }
  stored.forEach((name, i) => {
    if (versions.some((version) => version.name === name) || stored.lastIndexOf(name) !== i) return;
    errors.push(
      invalid(
        path.index(i),
        name,
        `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
      ),
    );
  });
  return errors;
}

function preserveErrors({ spec }: CustomResourceDefinition, old: CustomResourceDefinition | undefined): FieldError[] {
  if (spec.preserveUnknownFields !== true || old?.spec.preserveUnknownFields === true) return [];
  return [
    invalid(
      FieldPath.of('spec', 'preserveUnknownFields'),
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ),
  ];
}
