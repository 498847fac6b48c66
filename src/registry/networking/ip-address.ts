import { required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { isValidIp } from '../../apimachinery/validation/ip.js';
import { isPathSegmentName } from '../../apimachinery/validation/paths.js';
import type { IPAddress, ParentReference } from '../../schema/generated/networking-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { metadataErrors, metadataUpdateErrors } from '../core/metadata.js';
import { addMessages, checkDnsSubdomain } from '../core/pod-spec/checks.js';
import { goValue, type GoShape } from '../go-value.js';
import { validateImmutablePrinted } from '../immutable.js';
import type { Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { checkPathSegment } from './reference.js';

const PARENT = FieldPath.of('spec', 'parentRef');
const NOWHERE = FieldPath.of();
const PARENT_REFERENCE: GoShape = { Group: ['group', ''], Resource: ['resource', ''], Namespace: ['namespace', ''], Name: ['name', ''] };

/** The name is the address itself, in canonical form. */
function addressName(name: string): string[] {
  return isValidIp(NOWHERE, name).map(({ detail }) => detail);
}

function parentErrors(parent: ParentReference | undefined): FieldError[] {
  if (parent === undefined) return [required(PARENT)];
  const errors: FieldError[] = [];
  if (parent.group) checkDnsSubdomain(parent.group, PARENT.child('group'), errors);
  checkPathSegment(parent.resource, PARENT.child('resource'), errors);
  checkPathSegment(parent.name, PARENT.child('name'), errors);
  if (parent.namespace) addMessages(PARENT.child('namespace'), parent.namespace, isPathSegmentName(parent.namespace), errors);
  return errors;
}

/** networking.k8s.io/v1 IPAddress: one address that a Service or another parent has. */
export const ipAddresses: BehaviourFactory = () => ({
  strategy: refined<Typed<IPAddress>>(specStatus({ status: false }).main, {
    validateName: addressName,
    generateName: (base) => base,
    validatesMetadata: true,
    validate: ({ metadata, spec }) => [...metadataErrors(metadata, false, addressName), ...parentErrors(spec.parentRef)],
    validateUpdate: ({ metadata, spec }, old) => [
      ...metadataErrors(metadata, false, addressName),
      ...parentErrors(spec.parentRef),
      ...metadataUpdateErrors(metadata, old.metadata),
      ...validateImmutablePrinted(goValue(spec.parentRef, PARENT_REFERENCE), goValue(old.spec.parentRef, PARENT_REFERENCE), PARENT),
    ],
  }),
});
