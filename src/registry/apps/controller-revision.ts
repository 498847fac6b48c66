import { required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { validateImmutableField, validateNonnegativeField } from '../../apimachinery/validation/object-meta.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type { ControllerRevision } from '../../schema/generated/apps-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { metadataErrors } from '../core/metadata.js';
import { withFinalizerChecks } from '../finalizer-checks.js';
import type { Typed } from '../object.js';
import { strategyFor, type Strategy } from '../strategy.js';

const REVISION = FieldPath.of('revision');
const DATA = FieldPath.of('data');

/** Go: ValidateControllerRevisionCreate. */
function validateControllerRevision({ revision = 0, data }: Typed<ControllerRevision>): FieldError[] {
  const errors = validateNonnegativeField(revision, REVISION);
  if (data === undefined || data === null) errors.push(required(DATA, 'data is mandatory'));
  else if (typeof data !== 'object' || Array.isArray(data)) errors.push(required(DATA, 'data must be a valid JSON object'));
  return errors;
}

/** Go: ValidateControllerRevisionUpdate. Data stays for ever; metadata is checked as that of a new object, too. */
function validateControllerRevisionUpdate(object: Typed<ControllerRevision>, old: Typed<ControllerRevision>): FieldError[] {
  const errors = metadataErrors(object.metadata, true, nameIsDnsSubdomain);
  errors.push(...validateNonnegativeField(object.revision ?? 0, REVISION));
  errors.push(...validateImmutableField(object.data, old.data, DATA));
  return errors;
}

export const controllerRevisions: BehaviourFactory = () => {
  const strategy: Strategy<Typed<ControllerRevision>> = {
    validate: validateControllerRevision,
    validateUpdate: validateControllerRevisionUpdate,
  };
  return { strategy: withFinalizerChecks(strategyFor(strategy)) };
};
