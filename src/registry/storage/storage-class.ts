import { NamedString, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import { validateImmutableField } from '../../apimachinery/validation/object-meta.js';
import type { StorageClass } from '../../schema/generated/storage-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { metadataErrors, metadataUpdateErrors } from '../core/metadata.js';
import { deprecatedNodeLabel } from '../core/node-labels.js';
import { unsupported } from '../core/pod-spec/checks.js';
import { typed, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { checkParameters, checkProvisioner } from './parameters.js';
import { checkAllowedTopologies } from './topologies.js';

const PROVISIONER = FieldPath.of('provisioner');
const PARAMETERS = FieldPath.of('parameters');
const RECLAIM_POLICY = FieldPath.of('reclaimPolicy');
const BINDING_MODE = FieldPath.of('volumeBindingMode');
const TOPOLOGIES = FieldPath.of('allowedTopologies');
const RECLAIM_POLICIES: ReadonlySet<string> = new Set(['Delete', 'Retain']);
const BINDING_MODES: ReadonlySet<string> = new Set(['Immediate', 'WaitForFirstConsumer']);

function classErrors(object: Typed<StorageClass>): FieldError[] {
  const { provisioner, parameters, reclaimPolicy, volumeBindingMode, allowedTopologies = [] } = object;
  const errors: FieldError[] = [];
  checkProvisioner(provisioner, PROVISIONER, errors);
  checkParameters(parameters, true, PARAMETERS, errors);
  if (reclaimPolicy && !RECLAIM_POLICIES.has(reclaimPolicy)) errors.push(unsupported(RECLAIM_POLICY, reclaimPolicy, RECLAIM_POLICIES));
  if (volumeBindingMode === undefined) errors.push(required(BINDING_MODE));
  else if (!BINDING_MODES.has(volumeBindingMode)) errors.push(unsupported(BINDING_MODE, volumeBindingMode, BINDING_MODES));
  checkAllowedTopologies(allowedTopologies, TOPOLOGIES, errors);
  return errors;
}

/** An optional string of a named Go type, as it is compared and printed. */
function named(value: string | undefined): NamedString | null {
  return value === undefined ? null : new NamedString(value);
}

function changeErrors(object: Typed<StorageClass>, old: Typed<StorageClass>): FieldError[] {
  return [
    ...validateImmutableField(object.parameters ?? null, old.parameters ?? null, PARAMETERS),
    ...validateImmutableField(object.provisioner ?? '', old.provisioner ?? '', PROVISIONER),
    ...validateImmutableField(named(object.reclaimPolicy), named(old.reclaimPolicy), RECLAIM_POLICY),
    ...validateImmutableField(named(object.volumeBindingMode), named(old.volumeBindingMode), BINDING_MODE),
  ];
}

function warnings({ allowedTopologies = [] }: Typed<StorageClass>): string[] {
  return allowedTopologies.flatMap(({ matchLabelExpressions = [] }, i) =>
    matchLabelExpressions.flatMap(({ key = '' }, j) => {
      const deprecated = deprecatedNodeLabel(key);
      const path = TOPOLOGIES.index(i).child('matchLabelExpressions').index(j).child('key');
      return deprecated === undefined ? [] : [`${path.toString()}: ${deprecated}`];
    }),
  );
}

/** storage.k8s.io/v1 StorageClass. */
export const storageClasses: BehaviourFactory = () => ({
  strategy: refined<Typed<StorageClass>>(specStatus({ status: false }).main, {
    validatesMetadata: true,
    validate: (object) => [...metadataErrors(object.metadata, false, nameIsDnsSubdomain), ...classErrors(object)],
    validateUpdate: (object, old) => [
      ...metadataErrors(object.metadata, false, nameIsDnsSubdomain),
      ...classErrors(object),
      ...metadataUpdateErrors(object.metadata, old.metadata),
      ...changeErrors(object, old),
    ],
    warningsOnCreate: warnings,
    warningsOnUpdate: warnings,
  }),
  returnsDeleted: true,
  defaults(object) {
    const storageClass = typed<StorageClass>(object);
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
});
