import { invalid, required, tooLong, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { longerThan } from '../../apimachinery/validation/messages.js';
import type { CounterSet, Device, DeviceAttribute, DeviceCounterConsumption } from '../../schema/generated/resource-v1.js';
import { checkDnsLabel, checkDnsSubdomain } from '../core/pod-spec/checks.js';
import { checkNodeSelector } from '../core/pod-spec/node-selector.js';
import { checkBindingConditions } from './bindings.js';
import { checkCapacity } from './capacity.js';
import { checkList, checkMap, checkSet } from './collections.js';
import { goResource } from './go-structs.js';
import { checkQualifiedName, DOMAIN_MAX_LENGTH, ID_MAX_LENGTH } from './names.js';
import { checkTaint } from './taints.js';

const MAX_ENTRIES = 32;
const MAX_ATTRIBUTE_VALUES = 48;
const MAX_ATTRIBUTE_LENGTH = 64;
const MAX_TAINTS = 16;
const MAX_CONSUMPTIONS = 2;
const MAX_COUNTERS = 32;
const LONGEST_KEY = DOMAIN_MAX_LENGTH + 1 + ID_MAX_LENGTH;
const COUNTER_KEY = 63;
/** semver.org 2.0.0. */
const SEMVER =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;
/** Whatever the quantity of a counter, it is right. */
const anything = (): void => undefined;

/** Adds a device's faults. @param perDevice each device of the slice tells where it is */
export function checkDevice(device: Device, old: Device | undefined, perDevice: boolean, path: FieldPath, errors: FieldError[]): void {
  const { name = '', attributes = {}, capacity = {}, taints } = device;
  checkDnsLabel(name, path.child('name'), errors);
  checkCounts(Object.keys(attributes).length, Object.keys(capacity).length, path, errors);
  checkMap(attributes, Infinity, LONGEST_KEY, checkQualifiedName, checkAttribute, path.child('attributes'), errors);
  const shared = device.allowMultipleAllocations === true;
  checkMap(
    capacity,
    Infinity,
    LONGEST_KEY,
    checkQualifiedName,
    (entry, at) => {
      checkCapacity(entry, shared, at, errors);
    },
    path.child('capacity'),
    errors,
  );
  if (old === undefined || !semanticEqual(old.taints, taints)) checkList(taints, MAX_TAINTS, checkTaint, path.child('taints'), errors);
  checkSet(
    device.consumesCounters,
    MAX_CONSUMPTIONS,
    checkConsumption,
    (consumption) => consumption.counterSet ?? '',
    path.child('consumesCounters'),
    errors,
  );
  checkPlace(device, perDevice, path, errors);
  checkBindingConditions(device.bindingConditions, device.bindingFailureConditions, path, errors);
}

function checkCounts(attributes: number, capacities: number, path: FieldPath, errors: FieldError[]): void {
  const total = attributes + capacities;
  if (total > MAX_ENTRIES)
    errors.push(invalid(path, total, `the total number of attributes and capacities must not exceed ${String(MAX_ENTRIES)}`));
  if (attributes > MAX_ATTRIBUTE_VALUES) {
    errors.push(invalid(path, attributes, `the total number of attribute values must not exceed ${String(MAX_ATTRIBUTE_VALUES)}`));
  }
}

function checkAttribute(attribute: DeviceAttribute, path: FieldPath, errors: FieldError[]): void {
  const { string, version } = attribute;
  if (string !== undefined && longerThan(string, MAX_ATTRIBUTE_LENGTH)) errors.push(tooLong(path.child('string'), MAX_ATTRIBUTE_LENGTH));
  if (version !== undefined) {
    if (!SEMVER.test(version))
      errors.push(invalid(path.child('version'), version, 'must be a string compatible with semver.org spec 2.0.0'));
    if (longerThan(version, MAX_ATTRIBUTE_LENGTH)) errors.push(tooLong(path.child('version'), MAX_ATTRIBUTE_LENGTH));
  }
  const given = (['int', 'bool', 'string', 'version'] as const).filter((name) => attribute[name] !== undefined).length;
  if (given === 1) return;
  errors.push(invalid(path, given === 0 ? '' : goResource.print('DeviceAttribute', attribute), 'exactly one value must be specified'));
}

function checkConsumption({ counterSet = '', counters = {} }: DeviceCounterConsumption, path: FieldPath, errors: FieldError[]): void {
  checkCounters(counterSet, 'counterSet', counters, path, errors);
}

/** Adds the faults of counters that devices of a slice share (KEP-4815). */
export function checkCounterSet({ name = '', counters = {} }: CounterSet, path: FieldPath, errors: FieldError[]): void {
  checkCounters(name, 'name', counters, path, errors);
}

function checkCounters(
  name: string,
  field: string,
  counters: NonNullable<CounterSet['counters']>,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (name === '') errors.push(required(path.child(field)));
  else checkDnsLabel(name, path.child(field), errors);
  if (Object.keys(counters).length === 0) errors.push(required(path.child('counters')));
  else checkMap(counters, MAX_COUNTERS, COUNTER_KEY, checkDnsLabel, anything, path.child('counters'), errors);
}

function checkPlace(device: Device, perDevice: boolean, path: FieldPath, errors: FieldError[]): void {
  const { nodeName, nodeSelector, allNodes } = device;
  if (!perDevice) {
    if (nodeName === undefined && nodeSelector === undefined && allNodes === undefined) return;
    const why =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    errors.push(invalid(path, null, why));
    return;
  }
  const set: string[] = [];
  if (nodeName !== undefined) {
    if (nodeName === '') errors.push(invalid(path.child('nodeName'), nodeName, 'must not be empty'));
    else {
      set.push('`nodeName`');
      checkDnsSubdomain(nodeName, path.child('nodeName'), errors);
    }
  }
  if (nodeSelector !== undefined) {
    set.push('`nodeSelector`');
    checkNodeSelector(nodeSelector, false, path.child('nodeSelector'), errors);
  }
  if (allNodes === true) set.push('`allNodes`');
  else if (allNodes === false) errors.push(invalid(path.child('allNodes'), allNodes, 'must be either unset or set to true'));
  const one =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (set.length === 0) errors.push(required(path, one));
  if (set.length > 1) errors.push(invalid(path, `{${set.join(', ')}}`, one));
}
