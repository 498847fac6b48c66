import { forbidden, invalid, NamedString, required, tooLong, tooMany, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { validateConditions } from '../../apimachinery/validation/conditions.js';
import { isValidInterfaceAddress } from '../../apimachinery/validation/ip.js';
import { longerThan } from '../../apimachinery/validation/messages.js';
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  NetworkDeviceData,
  ResourceClaim,
  ResourceClaimConsumerReference,
  ResourceClaimStatus,
} from '../../schema/generated/resource-v1.js';
import { checkDnsLabel, checkPresent, unsupported } from '../core/pod-spec/checks.js';
import { checkNodeSelector } from '../core/pod-spec/node-selector.js';
import { validateImmutablePrinted } from '../immutable.js';
import type { Typed } from '../object.js';
import { checkBindingConditions } from './bindings.js';
import { MAX_CONFIGURATIONS, MAX_REQUESTS, RequestNames } from './claim-spec.js';
import { checkList, checkSet } from './collections.js';
import { checkConfiguration, checkRaw } from './configuration.js';
import { goResource } from './go-structs.js';
import { checkDriverName, checkPoolName, checkUid } from './names.js';

const STATUS = FieldPath.of('status');
const MAX_CONSUMERS = 256;
const MAX_CONDITIONS = 8;
const MAX_DATA = 10 * 1024;
const MAX_IPS = 16;
const MAX_INTERFACE_NAME = 256;
const MAX_HARDWARE_ADDRESS = 128;
const SOURCES: readonly string[] = ['FromClaim', 'FromClass'];

interface DeviceId {
  readonly driver?: string | undefined;
  readonly pool?: string | undefined;
  readonly device?: string | undefined;
  readonly shareID?: string | undefined;
}

/** One allocated share of a device, as a key. */
export function deviceKey({ driver = '', pool = '', device = '', shareID = '' }: DeviceId): string {
  return JSON.stringify([driver, pool, device, shareID]);
}

/** The same as the real server prints it. */
function printedKey({ driver = '', pool = '', device = '', shareID = '' }: DeviceId): unknown {
  return { Driver: driver, Pool: pool, Device: device, ShareID: shareID };
}

/** Faults of a claim's status (Go: validateResourceClaimStatusUpdate). */
export function claimStatusErrors({ metadata, spec, status }: Typed<ResourceClaim>, old: ResourceClaimStatus): FieldError[] {
  const errors: FieldError[] = [];
  const { reservedFor = [], allocation, devices } = status;
  const uidOf = ({ uid = '' }: ResourceClaimConsumerReference): string => uid;
  checkSet(
    reservedFor,
    MAX_CONSUMERS,
    checkConsumer,
    uidOf,
    STATUS.child('reservedFor'),
    errors,
    (consumer) => new NamedString(uidOf(consumer)),
  );
  const allocated = new Set((allocation?.devices.results ?? []).map(deviceKey));
  const check = (device: AllocatedDeviceStatus, path: FieldPath): void => {
    checkDevice(device, allocated, path, errors);
  };
  checkSet(devices, Infinity, check, deviceKey, STATUS.child('devices'), errors, printedKey);
  checkReservation(status, old, metadata.deletionTimestamp !== undefined, errors);
  const path = STATUS.child('allocation');
  if (allocation !== undefined && old.allocation !== undefined) {
    const print = (value: AllocationResult): unknown => goResource.print('AllocationResult', value);
    errors.push(...validateImmutablePrinted(print(allocation), print(old.allocation), path));
  } else if (allocation !== undefined) checkAllocation(allocation, new RequestNames(spec.devices), path, errors);
  return errors;
}

function checkConsumer(consumer: ResourceClaimConsumerReference, path: FieldPath, errors: FieldError[]): void {
  for (const name of ['resource', 'name', 'uid'] as const) checkPresent(consumer[name], path.child(name), errors);
}

/** Consumers may go while a claim is being deleted, but none may come. */
function checkReservation(
  { reservedFor = [], allocation }: ResourceClaimStatus,
  old: ResourceClaimStatus,
  deleted: boolean,
  errors: FieldError[],
): void {
  if (reservedFor.length === 0) return;
  const path = STATUS.child('reservedFor');
  if (allocation === undefined) {
    errors.push(forbidden(path, 'may not be specified when `allocated` is not set'));
    return;
  }
  const identity = ({ apiGroup = '', resource = '', name = '', uid = '' }: ResourceClaimConsumerReference): string =>
    JSON.stringify([apiGroup, resource, name, uid]);
  const before = new Set((old.reservedFor ?? []).map(identity));
  if (deleted && reservedFor.some((consumer) => !before.has(identity(consumer)))) {
    errors.push(forbidden(path, 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set'));
  }
}

function checkDevice(status: AllocatedDeviceStatus, allocated: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  const { driver, pool, device = '', shareID, data, networkData } = status;
  checkDriverName(driver, path.child('driver'), errors);
  checkPoolName(pool, path.child('pool'), errors);
  checkDnsLabel(device, path.child('device'), errors);
  if (shareID !== undefined) checkUid(shareID, path.child('shareID'), errors);
  if (!allocated.has(deviceKey(status))) errors.push(invalid(path, printedKey(status), 'must be an allocated device in the claim'));
  const conditions = status.conditions ?? [];
  if (conditions.length > MAX_CONDITIONS) errors.push(tooMany(path.child('conditions'), conditions.length, MAX_CONDITIONS));
  errors.push(...validateConditions(conditions, path.child('conditions')));
  if (data !== undefined) checkRaw(data, MAX_DATA, path.child('data'), errors);
  if (networkData !== undefined) checkNetworkData(networkData, path.child('networkData'), errors);
}

function checkNetworkData(
  { interfaceName = '', hardwareAddress = '', ips }: NetworkDeviceData,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (longerThan(interfaceName, MAX_INTERFACE_NAME)) errors.push(tooLong(path.child('interfaceName'), MAX_INTERFACE_NAME));
  if (longerThan(hardwareAddress, MAX_HARDWARE_ADDRESS)) errors.push(tooLong(path.child('hardwareAddress'), MAX_HARDWARE_ADDRESS));
  const check = (address: string, at: FieldPath): void => {
    errors.push(...isValidInterfaceAddress(at, address));
  };
  checkSet(ips, MAX_IPS, check, String, path.child('ips'), errors);
}

function checkAllocation({ devices, nodeSelector }: AllocationResult, names: RequestNames, path: FieldPath, errors: FieldError[]): void {
  const at = path.child('devices');
  checkList(
    devices.results,
    MAX_REQUESTS,
    (result, where) => {
      checkResult(result, names, where, errors);
    },
    at.child('results'),
    errors,
  );
  // Those of the class and those of the claim.
  checkList(
    devices.config,
    2 * MAX_CONFIGURATIONS,
    (config, where) => {
      checkAllocationConfiguration(config, names, where, errors);
    },
    at.child('config'),
    errors,
  );
  if (nodeSelector !== undefined) checkNodeSelector(nodeSelector, false, path.child('nodeSelector'), errors);
}

function checkResult(result: DeviceRequestAllocationResult, names: RequestNames, path: FieldPath, errors: FieldError[]): void {
  names.checkReference(result.request ?? '', path.child('request'), errors);
  checkDriverName(result.driver, path.child('driver'), errors);
  checkPoolName(result.pool, path.child('pool'), errors);
  checkDnsLabel(result.device ?? '', path.child('device'), errors);
  checkBindingConditions(result.bindingConditions, result.bindingFailureConditions, path, errors);
  if (result.shareID !== undefined) checkUid(result.shareID, path.child('shareID'), errors);
}

function checkAllocationConfiguration(
  config: DeviceAllocationConfiguration,
  names: RequestNames,
  path: FieldPath,
  errors: FieldError[],
): void {
  const { source = '', requests } = config;
  if (source === '') errors.push(required(path.child('source')));
  else if (!SOURCES.includes(source)) errors.push(unsupported(path.child('source'), source, SOURCES));
  checkSet(requests, MAX_REQUESTS, names.checkReference, String, path.child('requests'), errors);
  checkConfiguration(config, false, path, errors);
}
