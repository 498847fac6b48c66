import { duplicate, FieldError, forbidden, invalid, required } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { parseQuantityJson, type Quantity } from '../../../apimachinery/quantity.js';
import { isQualifiedName } from '../../../apimachinery/validation/labels.js';
import type { PodSpec, ResourceClaim, ResourceList, ResourceRequirements } from '../../../schema/generated/core-v1.js';
import {
  isExtendedResource,
  isHugePageResource,
  isIntegerResource,
  isNativeResource,
  isOvercommitAllowed,
  isStandardContainerResource,
  isStandardResource,
  isWholePages,
} from '../../../component-helpers/resource-names.js';
import { isPodLevelResource } from '../../../component-helpers/aggregate-resources.js';
import { addMessages, checkDnsLabel, unsupported } from './checks.js';
import { visitContainers } from '../../../component-helpers/containers.js';
import type { PodValidationOptions } from './options.js';

/** Adds the faults of a resource's name. */
type CheckName = (name: string, path: FieldPath, errors: FieldError[]) => void;

/** A known name, or one in a domain (Go: validateResourceName). Returns whether it is right. */
export function checkResourceName(name: string, path: FieldPath, errors: FieldError[]): boolean {
  const before = errors.length;
  addMessages(path, name, isQualifiedName(name), errors);
  if (errors.length === before && !name.includes('/') && !isStandardResource(name)) {
    errors.push(invalid(path, name, 'must be a standard resource type or fully qualified'));
  }
  return errors.length === before;
}

/** What containers may ask for (Go: validateContainerResourceName). */
export function checkContainerResourceName(name: string, path: FieldPath, errors: FieldError[]): void {
  if (name === 'cpu' || name === 'memory') return;
  checkResourceName(name, path, errors);
  if (!name.includes('/')) {
    if (!isStandardContainerResource(name)) errors.push(invalid(path, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"));
  }
}

const POD_LEVEL_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'hugepages-']);

/** What a pod may ask for as a whole (KEP-2837). */
const checkPodResourceName: CheckName = (name, path, errors) => {
  if (checkResourceName(name, path, errors) && !isPodLevelResource(name)) errors.push(unsupported(path, name, POD_LEVEL_RESOURCES));
};

/** An amount that isn't negative, and whole where only whole ones exist (Go: ValidateResourceQuantityValue). */
export function checkAmount(name: string, amount: Quantity, path: FieldPath, errors: FieldError[]): void {
  if (amount.sign() < 0) errors.push(invalid(path, amount.toString(), 'must be greater than or equal to 0'));
  if (isIntegerResource(name) && amount.milliValue() % 1000 !== 0) errors.push(invalid(path, amount.toString(), 'must be an integer'));
}

/** Requests, limits and claims of a container (Go: ValidateContainerResourceRequirements). */
export function checkContainerResources(
  requirements: ResourceRequirements,
  podClaims: ReadonlySet<string>,
  path: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  checkRequirements(requirements, checkContainerResourceName, podClaims, path, options, errors);
}

/** Requests and limits of the pod as a whole. */
export function checkPodLevelRequirements(
  requirements: ResourceRequirements,
  podClaims: ReadonlySet<string>,
  path: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  checkRequirements(requirements, checkPodResourceName, podClaims, path, options, errors);
}

function checkRequirements(
  requirements: ResourceRequirements,
  checkName: CheckName,
  podClaims: ReadonlySet<string>,
  path: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  const { limits, requests, claims } = requirements;
  let pages = false;
  let compute = false;
  const check = (name: string, amount: Quantity, at: FieldPath): void => {
    checkName(name, at, errors);
    checkAmount(name, amount, at, errors);
  };
  const note = (name: string, amount: Quantity, at: FieldPath): void => {
    if (name === 'cpu' || name === 'memory') compute = true;
    if (!isHugePageResource(name)) return;
    pages = true;
    if (!options.allowIndivisibleHugePages && !isWholePages(name, amount)) {
      errors.push(invalid(at, amount.toString(), `${amount.toString()} is not positive integer multiple of ${name}`));
    }
  };
  for (const [name, amount] of amounts(limits)) {
    const at = path.child('limits').key(name);
    check(name, amount, at);
    note(name, amount, at);
  }
  for (const [name, amount] of amounts(requests)) {
    const at = path.child('requests').key(name);
    check(name, amount, at);
    checkAgainstLimit(name, amount, limits, path, errors);
    note(name, amount, at);
  }
  if (pages && !compute) errors.push(forbidden(path, 'HugePages require cpu or memory'));
  if (claims !== undefined) checkClaims(claims, podClaims, path.child('claims'), errors);
}

function amounts(list: ResourceList | undefined): [string, Quantity][] {
  return list === undefined ? [] : Object.entries(list).map(([name, text]) => [name, parseQuantityJson(text)]);
}

function checkAgainstLimit(name: string, request: Quantity, limits: ResourceList | undefined, path: FieldPath, errors: FieldError[]): void {
  if (limits === undefined || !Object.hasOwn(limits, name)) {
    if (!isOvercommitAllowed(name)) errors.push(required(path.child('limits'), 'Limit must be set for non overcommitable resources'));
    return;
  }
  const limit = parseQuantityJson(limits[name] ?? '0');
  const order = request.compare(limit);
  if (order !== 0 && !isOvercommitAllowed(name)) {
    errors.push(invalid(path.child('requests'), request.toString(), `must be equal to ${name} limit of ${limit.toString()}`));
  } else if (order > 0) {
    errors.push(invalid(path.child('requests'), request.toString(), `must be less than or equal to ${name} limit of ${limit.toString()}`));
  }
}

/** Claims must be unique, and among those of the pod. */
function checkClaims(claims: readonly ResourceClaim[], podClaims: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  claims.forEach(({ name = '', request = '' }, i) => {
    const at = path.index(i);
    if (name === '') {
      errors.push(required(at));
      return;
    }
    if (seen.has(name)) errors.push(duplicate(at, name));
    else {
      const key = request === '' ? name : `${name}/${request}`;
      if (request !== '') checkDnsLabel(request, at.child('request'), errors);
      if (seen.has(key)) errors.push(duplicate(at, key));
      else if (request === '') for (const other of seen) if (other.startsWith(`${name}/`)) errors.push(duplicate(at, name));
      seen.add(key);
    }
    if (!podClaims.has(name)) errors.push(unknownClaim(at, name, podClaims));
  });
}

function unknownClaim(path: FieldPath, name: string, podClaims: ReadonlySet<string>): FieldError {
  const known = podClaims.size === 0 ? ' which is empty' : `: ${[...podClaims].sort().join(', ')}`;
  return new FieldError('FieldValueNotFound', path, name, `must be one of the names in pod.spec.resourceClaims${known}`);
}

/** Whether a stored spec has amounts of huge pages that no new one may have. */
export function hasIndivisibleHugePages(spec: PodSpec): boolean {
  let found = listHasIndivisible(spec.overhead);
  visitContainers(spec, ({ resources }) => {
    found ||= listHasIndivisible(resources.limits) || listHasIndivisible(resources.requests);
  });
  return found;
}

function listHasIndivisible(list: ResourceList | undefined): boolean {
  return (
    list !== undefined &&
    Object.keys(list).some((name) => isHugePageResource(name) && !isWholePages(name, parseQuantityJson(list[name] ?? '0')))
  );
}
