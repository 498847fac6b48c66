import { invalid, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { parseQuantity } from '../../apimachinery/quantity.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { validateLabelSelector } from '../../apimachinery/validation/label-selector.js';
import { IMMUTABLE_MESSAGE, NEGATIVE_MESSAGE } from '../../apimachinery/validation/messages.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type { CSIStorageCapacity } from '../../schema/generated/storage-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { metadataErrors, metadataUpdateErrors } from '../core/metadata.js';
import { nodeLabelSelectorWarnings } from '../core/node-labels.js';
import { checkDnsSubdomain } from '../core/pod-spec/checks.js';
import type { Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';

const TOPOLOGY = FieldPath.of('nodeTopology');
const CLASS = FieldPath.of('storageClassName');
const CAPACITY = FieldPath.of('capacity');

function capacityErrors(
  { nodeTopology, storageClassName = '', capacity }: Typed<CSIStorageCapacity>,
  allowInvalidLabelValue: boolean,
): FieldError[] {
  const errors = validateLabelSelector(nodeTopology, { allowInvalidLabelValue }, TOPOLOGY);
  checkDnsSubdomain(storageClassName, CLASS, errors);
  if (capacity !== undefined && parseQuantity(capacity).sign() < 0) errors.push(invalid(CAPACITY, capacity, NEGATIVE_MESSAGE));
  return errors;
}

function changeErrors({ nodeTopology, storageClassName = '' }: Typed<CSIStorageCapacity>, old: Typed<CSIStorageCapacity>): FieldError[] {
  const errors: FieldError[] = [];
  if (!semanticEqual(nodeTopology, old.nodeTopology)) errors.push(invalid(TOPOLOGY, nodeTopology, IMMUTABLE_MESSAGE));
  if (storageClassName !== (old.storageClassName ?? '')) errors.push(invalid(CLASS, storageClassName, IMMUTABLE_MESSAGE));
  return errors;
}

/** storage.k8s.io/v1 CSIStorageCapacity. */
export const csiStorageCapacities: BehaviourFactory = () => ({
  strategy: refined<Typed<CSIStorageCapacity>>(specStatus({ status: false }).main, {
    allowUnconditionalUpdate: false,
    validatesMetadata: true,
    validate: (object) => [...metadataErrors(object.metadata, true, nameIsDnsSubdomain), ...capacityErrors(object, false)],
    validateUpdate: (object, old) => [
      ...metadataErrors(object.metadata, true, nameIsDnsSubdomain),
      ...capacityErrors(object, validateLabelSelector(old.nodeTopology, {}, TOPOLOGY).length > 0),
      ...metadataUpdateErrors(object.metadata, old.metadata),
      ...changeErrors(object, old),
    ],
    warningsOnCreate: ({ nodeTopology }) => nodeLabelSelectorWarnings(nodeTopology, TOPOLOGY),
    warningsOnUpdate: ({ nodeTopology }) => nodeLabelSelectorWarnings(nodeTopology, TOPOLOGY),
  }),
});
