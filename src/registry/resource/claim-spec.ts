import { invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from '../../schema/generated/resource-v1.js';
import { checkDnsLabel, checkDnsSubdomain, unsupported } from '../core/pod-spec/checks.js';
import { checkList, checkSet } from './collections.js';
import { checkConfiguration, checkSelectors } from './configuration.js';
import { checkFullyQualifiedName } from './names.js';
import { checkToleration } from './taints.js';

/** Requests of a claim, and results of an allocation. */
export const MAX_REQUESTS = 32;
const MAX_CONSTRAINTS = 32;
export const MAX_CONFIGURATIONS = 32;
const MAX_SUB_REQUESTS = 8;
const MODES: readonly string[] = ['All', 'ExactCount'];

/** Fills in how many devices a claim asks for. */
export function defaultClaimSpec({ devices }: ResourceClaimSpec): void {
  for (const { exactly, firstAvailable } of devices.requests ?? []) {
    if (exactly !== undefined) defaultRequest(exactly);
    firstAvailable?.forEach(defaultRequest);
  }
}

function defaultRequest(request: ExactDeviceRequest | DeviceSubRequest): void {
  request.allocationMode ||= 'ExactCount';
  if (request.allocationMode === 'ExactCount') request.count ||= 1;
  for (const toleration of request.tolerations ?? []) toleration.operator ||= 'Equal';
}

/** Names of a claim's requests, with those of their alternatives. */
export class RequestNames {
  private readonly names = new Map<string, ReadonlySet<string>>();

  constructor({ requests }: DeviceClaim) {
    for (const { name = '', firstAvailable = [] } of requests ?? [])
      this.names.set(name, new Set(firstAvailable.map((sub) => sub.name ?? '')));
  }

  has(name: string): boolean {
    const [request = '', sub, ...more] = name.split('/');
    const subs = this.names.get(request);
    if (subs === undefined || more.length > 0) return false;
    return sub === undefined || subs.has(sub);
  }

  /** Adds the faults of a reference to a request, or to one of its alternatives. */
  readonly checkReference = (name: string, path: FieldPath, errors: FieldError[]): void => {
    const segments = name.split('/');
    const unknown = invalid(
      path,
      name,
      "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
    );
    if (segments.length > 2) {
      errors.push(unknown);
      return;
    }
    for (const segment of segments) checkDnsLabel(segment, path, errors);
    if (!this.has(name)) errors.push(unknown);
  };
}

/** Whether a claim has expressions that choose devices. */
export function hasSelectors({ devices }: ResourceClaimSpec): boolean {
  const choices = (devices.requests ?? []).flatMap(({ exactly, firstAvailable = [] }) => [
    ...(exactly === undefined ? [] : [exactly]),
    ...firstAvailable,
  ]);
  return choices.some(({ selectors = [] }) => selectors.length > 0);
}

/** Adds the faults of what a claim asks for. */
export function checkClaimSpec({ devices }: ResourceClaimSpec, path: FieldPath, errors: FieldError[]): void {
  const at = path.child('devices');
  const names = new RequestNames(devices);
  const nameOf = ({ name = '' }: DeviceRequest): string => name;
  checkSet(
    devices.requests,
    MAX_REQUESTS,
    (request, where) => {
      checkRequest(request, where, errors);
    },
    nameOf,
    at.child('requests'),
    errors,
  );
  checkList(
    devices.constraints,
    MAX_CONSTRAINTS,
    (constraint, where) => {
      checkConstraint(constraint, names, where, errors);
    },
    at.child('constraints'),
    errors,
  );
  checkList(
    devices.config,
    MAX_CONFIGURATIONS,
    (config, where) => {
      checkSet(config.requests, MAX_REQUESTS, names.checkReference, String, where.child('requests'), errors);
      checkConfiguration(config, false, where, errors);
    },
    at.child('config'),
    errors,
  );
}

function checkRequest({ name = '', exactly, firstAvailable = [] }: DeviceRequest, path: FieldPath, errors: FieldError[]): void {
  checkDnsLabel(name, path.child('name'), errors);
  const one = 'exactly one of `exactly` or `firstAvailable` is required';
  if (firstAvailable.length > 0) {
    if (exactly !== undefined) {
      errors.push(invalid(path, null, `${one}, but multiple fields are set`));
      return;
    }
    const check = (sub: DeviceSubRequest, where: FieldPath): void => {
      checkDnsLabel(sub.name ?? '', where.child('name'), errors);
      checkDevices(sub, where, errors);
    };
    checkSet(firstAvailable, MAX_SUB_REQUESTS, check, (sub) => sub.name ?? '', path.child('firstAvailable'), errors);
  } else if (exactly !== undefined) checkDevices(exactly, path.child('exactly'), errors);
  else errors.push(required(path, one));
}

function checkDevices(request: ExactDeviceRequest | DeviceSubRequest, path: FieldPath, errors: FieldError[]): void {
  const { deviceClassName = '', selectors, allocationMode = '', count = 0, tolerations = [] } = request;
  if (deviceClassName === '') errors.push(required(path.child('deviceClassName')));
  else checkDnsSubdomain(deviceClassName, path.child('deviceClassName'), errors);
  checkSelectors(selectors, path.child('selectors'), errors);
  if (allocationMode === 'All') {
    if (count !== 0) errors.push(invalid(path.child('count'), count, "must not be specified when allocationMode is 'All'"));
  } else if (allocationMode === 'ExactCount') {
    if (count <= 0) errors.push(invalid(path.child('count'), count, 'must be greater than zero'));
  } else errors.push(unsupported(path.child('allocationMode'), allocationMode, MODES));
  tolerations.forEach((toleration, i) => {
    checkToleration(toleration, path.child('tolerations').index(i), errors);
  });
}

function checkConstraint(constraint: DeviceConstraint, names: RequestNames, path: FieldPath, errors: FieldError[]): void {
  const { requests, matchAttribute, distinctAttribute } = constraint;
  checkSet(requests, MAX_REQUESTS, names.checkReference, String, path.child('requests'), errors);
  if (matchAttribute !== undefined) checkFullyQualifiedName(matchAttribute, path.child('matchAttribute'), errors);
  else if (distinctAttribute !== undefined) checkFullyQualifiedName(distinctAttribute, path.child('distinctAttribute'), errors);
  // The real server says so although none is set.
  else errors.push(required(path, 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'));
}
