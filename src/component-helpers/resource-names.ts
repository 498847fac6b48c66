import { quantityIn, type Quantity } from '../apimachinery/quantity.js';
import { isQualifiedName } from '../apimachinery/validation/labels.js';

/** What is known about names of resources (Go: pkg/apis/core/helper). */

const CONTAINER_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

const OBJECT_COUNTS: readonly string[] = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];

const QUOTA_RESOURCES: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  ...OBJECT_COUNTS,
]);

const STANDARD_RESOURCES: ReadonlySet<string> = new Set([...QUOTA_RESOURCES, 'storage']);
const INTEGER_RESOURCES: ReadonlySet<string> = new Set(OBJECT_COUNTS);
const HUGE_PAGES = 'hugepages-';
const REQUESTS = 'requests.';

/** `hugepages-2Mi` and its kin. */
export function isHugePageResource(name: string): boolean {
  return name.startsWith(HUGE_PAGES);
}

/** Huge pages as quotas name them, too. */
export function isQuotaHugePageResource(name: string): boolean {
  return name.startsWith(HUGE_PAGES) || name.startsWith(`${REQUESTS}${HUGE_PAGES}`);
}

/** Names without a domain that the system knows. */
export function isStandardResource(name: string): boolean {
  return STANDARD_RESOURCES.has(name) || isQuotaHugePageResource(name);
}

/** Names without a domain that quotas may limit. */
export function isStandardQuotaResource(name: string): boolean {
  return QUOTA_RESOURCES.has(name) || isQuotaHugePageResource(name);
}

/** Names without a domain that containers may ask for. */
export function isStandardContainerResource(name: string): boolean {
  return CONTAINER_RESOURCES.has(name) || isHugePageResource(name);
}

/** Without a domain, or in Kubernetes' own. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Of a device plug-in: in a domain that isn't Kubernetes', and short enough for quotas. */
export function isExtendedResource(name: string): boolean {
  return !isNativeResource(name) && !name.startsWith(REQUESTS) && isQualifiedName(`${REQUESTS}${name}`).length === 0;
}

/** Counted in whole numbers only. */
export function isIntegerResource(name: string): boolean {
  return INTEGER_RESOURCES.has(name) || isExtendedResource(name);
}

/** A container may ask for less than its limit. */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePageResource(name);
}

/** Whether an amount of huge pages is a whole number of pages. */
export function isWholePages(name: string, amount: Quantity): boolean {
  const size = pageSize(name);
  if (size === undefined || size.sign() <= 0 || size.milliValue() % 1000 !== 0) return false;
  return amount.value() % size.value() === 0;
}

function pageSize(name: string): Quantity | undefined {
  return quantityIn(name.slice(HUGE_PAGES.length));
}
