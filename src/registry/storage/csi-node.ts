import { duplicate, invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { longerThan } from '../../apimachinery/validation/messages.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import { validateNonnegativeField } from '../../apimachinery/validation/object-meta.js';
import type { CSINode, CSINodeDriver } from '../../schema/generated/storage-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { metadataErrors } from '../core/metadata.js';
import { checkQualifiedName } from '../core/pod-spec/checks.js';
import { checkCsiDriverName } from '../core/pod-spec/volume-sources.js';
import { goValue, type GoShape } from '../go-value.js';
import { validateImmutablePrinted } from '../immutable.js';
import type { Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';

const DRIVERS = FieldPath.of('spec', 'drivers');
const NODE_ID_MAX_LENGTH = 256;
/** A driver but for how many volumes it takes, which may change. */
const DRIVER: GoShape = { Name: ['name', ''], NodeID: ['nodeID', ''], TopologyKeys: ['topologyKeys', null], Allocatable: ['', null] };

function driversErrors(drivers: readonly CSINodeDriver[]): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  drivers.forEach((driver, i) => {
    checkDriver(driver, names, DRIVERS.index(i), errors);
  });
  return errors;
}

function checkDriver(
  { name = '', nodeID = '', allocatable, topologyKeys }: CSINodeDriver,
  names: Set<string>,
  path: FieldPath,
  errors: FieldError[],
): void {
  checkCsiDriverName(name, path.child('name'), errors);
  if (nodeID === '') errors.push(required(path.child('nodeID')));
  if (longerThan(nodeID, NODE_ID_MAX_LENGTH)) {
    errors.push(invalid(path.child('nodeID'), nodeID, `must be ${String(NODE_ID_MAX_LENGTH)} characters or less`));
  }
  if (allocatable?.count !== undefined) errors.push(...validateNonnegativeField(allocatable.count, path.child('allocatable', 'count')));
  if (names.has(name)) errors.push(duplicate(path.child('name'), name));
  names.add(name);
  const keys = new Set<string>();
  for (const key of topologyKeys ?? []) {
    if (key === '') errors.push(required(path));
    if (keys.has(key)) errors.push(duplicate(path, key));
    keys.add(key);
    checkQualifiedName(key, path, errors);
  }
}

/** A driver that stays must stay as it is. */
function changeErrors(drivers: readonly CSINodeDriver[], old: readonly CSINodeDriver[]): FieldError[] {
  return old.flatMap((before) =>
    drivers
      .filter(({ name }) => name === before.name)
      .flatMap((driver) => validateImmutablePrinted(goValue(driver, DRIVER), goValue(before, DRIVER), DRIVERS)),
  );
}

/** storage.k8s.io/v1 CSINode: the CSI drivers on a node. */
export const csiNodes: BehaviourFactory = () => ({
  strategy: refined<Typed<CSINode>>(specStatus({ status: false }).main, {
    allowUnconditionalUpdate: false,
    validatesMetadata: true,
    validate: ({ metadata, spec }) => [...metadataErrors(metadata, false, nameIsDnsSubdomain), ...driversErrors(spec.drivers ?? [])],
    validateUpdate: ({ metadata, spec }, old) => [
      ...metadataErrors(metadata, false, nameIsDnsSubdomain),
      ...driversErrors(spec.drivers ?? []),
      ...changeErrors(spec.drivers ?? [], old.spec.drivers ?? []),
    ],
  }),
  returnsDeleted: true,
});
