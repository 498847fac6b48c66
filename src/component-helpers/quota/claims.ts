import { parseQuantity, type Quantity } from '../../apimachinery/quantity.js';
import type { Amounts } from '../aggregate-resources.js';
import type { KubeObject } from '../../client/client.js';
import type { PersistentVolumeClaim } from '../../schema/generated/core-v1.js';
import { storageClassOf } from '../storage-class.js';
import { ONE } from './amounts.js';
import type { Evaluator } from './evaluator.js';
import { selectsValue } from './scopes.js';

type Claim = KubeObject & PersistentVolumeClaim;

const COUNT = 'count/persistentvolumeclaims';
const CLAIMS = 'persistentvolumeclaims';
const STORAGE = 'requests.storage';
const BY_CLASS = '.storageclass.storage.k8s.io/';

/** What claims cost (Go: pkg/quota/v1/evaluator/core.pvcEvaluator). */
export const claimEvaluator: Evaluator = {
  handles: ({ subresource, operation }) =>
    (subresource === '' && (operation === 'CREATE' || operation === 'UPDATE')) || subresource === 'status',
  matching: (names) =>
    names.filter((name) => name === COUNT || [CLAIMS, STORAGE].some((resource) => name === resource || name.endsWith(BY_CLASS + resource))),
  inScope(selector, object) {
    if (selector.scopeName !== 'VolumeAttributesClass') return false;
    const names = attributesClasses(object as Claim);
    return names.length === 0 ? selectsValue(selector, undefined) : names.some((name) => selectsValue(selector, name));
  },
  usage(object) {
    const claim = object as Claim;
    const usage: Amounts = new Map([
      [CLAIMS, ONE],
      [COUNT, ONE],
    ]);
    const className = storageClassOf(claim);
    if (className !== '') usage.set(className + BY_CLASS + CLAIMS, ONE);
    const size = sizeOf(claim);
    if (size === undefined) return usage;
    usage.set(STORAGE, size);
    if (className !== '') usage.set(className + BY_CLASS + STORAGE, size);
    return usage;
  },
};

/** Whole bytes; an expansion that was begun counts. */
function sizeOf({ spec, status }: Claim): Quantity | undefined {
  const requested = spec.resources.requests?.['storage'];
  if (requested === undefined) return undefined;
  const size = parseQuantity(requested).roundUp(0);
  const allocated = status.allocatedResources?.['storage'];
  if (allocated === undefined) return size;
  const other = parseQuantity(allocated);
  return other.compare(size) > 0 ? other.roundUp(0) : size;
}

/** The volume attributes classes that a claim has, wants or had. */
function attributesClasses({ spec, status }: Claim): string[] {
  const { currentVolumeAttributesClassName, modifyVolumeStatus } = status;
  const names = [spec.volumeAttributesClassName, currentVolumeAttributesClassName, modifyVolumeStatus?.targetVolumeAttributesClassName];
  return [...new Set(names.flatMap((name) => (name ? [name] : [])))];
}
