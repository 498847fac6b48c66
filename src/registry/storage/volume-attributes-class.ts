import { forbidden, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type { VolumeAttributesClass } from '../../schema/generated/storage-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { kubeFinalizerErrors } from '../core/finalizers.js';
import { metadataErrors } from '../core/metadata.js';
import type { Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { checkParameters, checkProvisioner } from './parameters.js';

const DRIVER_NAME = FieldPath.of('driverName');
const PARAMETERS = FieldPath.of('parameters');

function classErrors({ driverName, parameters }: Typed<VolumeAttributesClass>): FieldError[] {
  const errors: FieldError[] = [];
  checkProvisioner(driverName, DRIVER_NAME, errors);
  checkParameters(parameters, false, PARAMETERS, errors);
  return errors;
}

function changeErrors({ driverName, parameters }: Typed<VolumeAttributesClass>, old: Typed<VolumeAttributesClass>): FieldError[] {
  const errors: FieldError[] = [];
  if ((driverName ?? '') !== (old.driverName ?? '')) errors.push(forbidden(DRIVER_NAME, 'updates to driverName are forbidden.'));
  if (!semanticEqual(parameters, old.parameters)) errors.push(forbidden(PARAMETERS, 'updates to parameters are forbidden.'));
  return errors;
}

/** storage.k8s.io/v1 VolumeAttributesClass. */
export const volumeAttributesClasses: BehaviourFactory = () => ({
  strategy: refined<Typed<VolumeAttributesClass>>(specStatus({ status: false }).main, {
    validate: (object) => [...kubeFinalizerErrors(object.metadata), ...classErrors(object)],
    validateUpdate: (object, old) => [
      ...kubeFinalizerErrors(object.metadata),
      ...changeErrors(object, old),
      ...metadataErrors(object.metadata, false, nameIsDnsSubdomain),
      ...classErrors(object),
    ],
  }),
  returnsDeleted: true,
});
