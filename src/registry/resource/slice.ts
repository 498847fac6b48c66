import { goQuote, invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { formatTime } from '../../apimachinery/time.js';
import { validateImmutableField } from '../../apimachinery/validation/object-meta.js';
import type { Device, ResourcePool, ResourceSlice, ResourceSliceSpec } from '../../schema/generated/resource-v1.js';
import { wasGiven } from '../../schema/given-empty.js';
import type { BehaviourFactory } from '../behaviour.js';
import { kubeFinalizerErrors } from '../core/finalizers.js';
import { checkDnsSubdomain } from '../core/pod-spec/checks.js';
import { checkNodeSelector } from '../core/pod-spec/node-selector.js';
import { fieldAt } from '../matcher.js';
import { typed, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { checkSet } from './collections.js';
import { checkCounterSet, checkDevice } from './device.js';
import { goResource } from './go-structs.js';
import { checkDriverName, checkPoolName } from './names.js';

type Slice = Typed<ResourceSlice>;

const SPEC = FieldPath.of('spec');
const MAX_DEVICES = 128;
/** Of slices whose devices have taints or share counters. */
const MAX_ADVANCED_DEVICES = 64;
const MAX_COUNTER_SETS = 8;
const ONE_PLACE = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
const TRUE_OR_UNSET = 'must be either unset or set to true';

function sliceErrors(spec: ResourceSliceSpec, old: ResourceSliceSpec | undefined): FieldError[] {
  const errors: FieldError[] = [];
  checkDriverName(spec.driver, SPEC.child('driver'), errors);
  checkPool(spec.pool, SPEC.child('pool'), errors);
  if (old !== undefined) {
    errors.push(
      ...validateImmutableField(spec.pool.name ?? '', old.pool.name ?? '', SPEC.child('pool', 'name')),
      ...validateImmutableField(spec.driver ?? '', old.driver ?? '', SPEC.child('driver')),
      ...validateImmutableField(spec.nodeName ?? null, old.nodeName ?? null, SPEC.child('nodeName')),
    );
  }
  checkPlace(spec, errors);
  if (wasGiven(spec, 'sharedCounters') && wasGiven(spec, 'devices')) {
    errors.push(invalid(SPEC, '', 'only one of `sharedCounters` or `devices` is allowed'));
  }
  checkDevices(spec, old, errors);
  checkSet(spec.sharedCounters, MAX_COUNTER_SETS, checkCounterSet, ({ name = '' }) => name, SPEC.child('sharedCounters'), errors);
  return errors;
}

function checkPool({ name, resourceSliceCount = 0, generation = 0 }: ResourcePool, path: FieldPath, errors: FieldError[]): void {
  checkPoolName(name, path.child('name'), errors);
  if (resourceSliceCount <= 0) errors.push(invalid(path.child('resourceSliceCount'), resourceSliceCount, 'must be greater than zero'));
  if (generation < 0) errors.push(invalid(path.child('generation'), generation, 'must be greater than or equal to zero'));
}

function checkPlace({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection }: ResourceSliceSpec, errors: FieldError[]): void {
  const set: string[] = [];
  if (nodeName === '') errors.push(invalid(SPEC.child('nodeName'), nodeName, 'must be either unset or set to a non-empty string'));
  else if (nodeName !== undefined) {
    set.push('`nodeName`');
    checkDnsSubdomain(nodeName, SPEC.child('nodeName'), errors);
  }
  if (nodeSelector !== undefined) {
    set.push('`nodeSelector`');
    checkNodeSelector(nodeSelector, false, SPEC.child('nodeSelector'), errors);
    const terms = nodeSelector.nodeSelectorTerms ?? undefined;
    if (terms?.length !== 1) {
      const printed = goResource.print('NodeSelectorTerm', terms);
      errors.push(invalid(SPEC.child('nodeSelector', 'nodeSelectorTerms'), printed, 'must have exactly one node selector term'));
    }
  }
  for (const [name, value] of Object.entries({ allNodes, perDeviceNodeSelection })) {
    if (value === true) set.push(`\`${name}\``);
    else if (value === false) errors.push(invalid(SPEC.child(name), value, TRUE_OR_UNSET));
  }
  if (set.length === 0) errors.push(required(SPEC, ONE_PLACE));
  if (set.length > 1) errors.push(invalid(SPEC, `{${set.join(', ')}}`, `${ONE_PLACE}, but multiple fields are set`));
}

function checkDevices(
  { devices = [], perDeviceNodeSelection }: ResourceSliceSpec,
  old: ResourceSliceSpec | undefined,
  errors: FieldError[],
): void {
  const advanced = devices.some(({ taints, consumesCounters }) => (taints?.length ?? 0) > 0 || (consumesCounters?.length ?? 0) > 0);
  const before = new Map((old?.devices ?? []).map((device) => [device.name ?? '', device]));
  const nameOf = ({ name = '' }: Device): string => name;
  const check = (device: Device, path: FieldPath): void => {
    checkDevice(device, before.get(nameOf(device)), perDeviceNodeSelection === true, path, errors);
  };
  checkSet(devices, advanced ? MAX_ADVANCED_DEVICES : MAX_DEVICES, check, nameOf, SPEC.child('devices'), errors);
}

/** Fields behind feature gates that are off (DRAListTypeAttributes, DRANodeAllocatableResources). */
function dropDisabled({ devices = [] }: ResourceSliceSpec): void {
  for (const device of devices) {
    delete device.nodeAllocatableResourceMappings;
    for (const attribute of Object.values(device.attributes ?? {})) {
      for (const name of ['ints', 'bools', 'strings', 'versions'] as const) delete attribute[name];
    }
  }
}

function warnings({ spec: { driver = '' } }: Slice): string[] {
  return driver === driver.toLowerCase()
    ? []
    : [`spec.driver: driver names should be lowercase; ${goQuote(driver)} contains uppercase characters`];
}

/** resource.k8s.io/v1 ResourceSlice. */
export const resourceSlices: BehaviourFactory = ({ clock }) => {
  const { main } = specStatus({ generation: true, status: false });
  return {
    strategy: refined<Slice>(main, {
      prepareForCreate(slice, context) {
        main.prepareForCreate?.(slice, context);
        dropDisabled(slice.spec);
      },
      prepareForUpdate(slice, old, context) {
        main.prepareForUpdate?.(slice, old, context);
        dropDisabled(slice.spec);
      },
      validate: ({ metadata, spec }) => [...kubeFinalizerErrors(metadata), ...sliceErrors(spec, undefined)],
      validateUpdate: ({ metadata, spec }, old) => [...kubeFinalizerErrors(metadata), ...sliceErrors(spec, old.spec)],
      warningsOnCreate: warnings,
      warningsOnUpdate: warnings,
    }),
    returnsDeleted: true,
    fieldLabels: { 'spec.nodeName': fieldAt('spec.nodeName'), 'spec.driver': fieldAt('spec.driver') },
    namespaceFieldLabel: false,
    unsupportedFieldLabel: (label) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${label}`,
    defaults(object) {
      const now = formatTime(clock.now());
      for (const { taints, nodeAllocatableResourceMappings: mappings = {} } of typed<ResourceSlice>(object).spec.devices ?? []) {
        for (const mapping of Object.values(mappings)) mapping.allocationMultiplier ??= '1';
        for (const taint of taints ?? []) taint.timeAdded ??= now;
      }
    },
  };
};
