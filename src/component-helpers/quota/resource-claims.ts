import { Quantity } from '../../apimachinery/quantity.js';
import type { Amounts } from '../aggregate-resources.js';
import { isNativeResource } from '../resource-names.js';
import type { KubeObject } from '../../client/client.js';
import type { DeviceClass, ResourceClaim } from '../../schema/generated/resource-v1.js';
import { ONE, plus } from './amounts.js';
import type { Evaluator } from './evaluator.js';

const COUNT = 'count/resourceclaims.resource.k8s.io';
const BY_CLASS = '.deviceclass.resource.k8s.io/devices';
const IMPLICIT = 'requests.deviceclass.resource.kubernetes.io/';
const REQUESTS = 'requests.';
/** A claim for all devices may get as many as this. */
const MAX_DEVICES = 32;

/**
 * What claims for devices cost (KEP-4381, KEP-5004; Go: pkg/quota/v1/evaluator/core.claimEvaluator).
 * @param classes all device classes
 * @param podUsage of the pod that a claim was made for by itself: what is counted there isn't counted again
 */
export function resourceClaimEvaluator(
  classes: readonly (KubeObject & DeviceClass)[],
  podUsage: (claim: KubeObject) => Amounts | undefined,
): Evaluator {
  const extendedName = (className: string): string =>
    classes.find(({ metadata }) => metadata.name === className)?.spec.extendedResourceName ?? '';
  const isExtended = (name: string): boolean => classes.some(({ spec }) => spec.extendedResourceName === name);
  return {
    handles: ({ subresource, operation }) => subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
    matching: (names) =>
      names.filter((name) => {
        if (name === COUNT || name.endsWith(BY_CLASS)) return true;
        if (name.startsWith(IMPLICIT) && extendedName(name.slice(IMPLICIT.length)) !== '') return true;
        return (
          name.startsWith(REQUESTS) && (!isNativeResource(name) || name.startsWith(IMPLICIT)) && isExtended(name.slice(REQUESTS.length))
        );
      }),
    usage(object) {
      const devices = devicesOf(object as KubeObject & ResourceClaim);
      const usage: Amounts = new Map([[COUNT, ONE], ...devices]);
      const counted = podUsage(object) ?? new Map<string, Quantity>();
      for (const [name, amount] of devices) {
        const className = name.slice(0, -BY_CLASS.length);
        const extended = extendedName(className);
        for (const alias of [IMPLICIT + className, ...(extended === '' ? [] : [REQUESTS + extended])]) {
          const other = counted.get(alias);
          const left = other === undefined ? amount : amount.sub(other);
          if (left.sign() > 0) usage.set(alias, left);
        }
      }
      return usage;
    },
  };
}

/** How many devices of each class a claim asks for; of alternatives the worst. */
function devicesOf({ spec }: ResourceClaim): Amounts {
  let devices: Amounts = new Map();
  for (const { exactly, firstAvailable } of spec.devices.requests ?? []) {
    const worst: Amounts = new Map();
    for (const request of (firstAvailable ?? []).length > 0 ? (firstAvailable ?? []) : exactly === undefined ? [] : [exactly]) {
      const name = (request.deviceClassName ?? '') + BY_CLASS;
      const amount = Quantity.of(
        request.allocationMode === 'All' ? MAX_DEVICES : request.allocationMode === 'ExactCount' ? (request.count ?? 0) : 0,
      );
      const known = worst.get(name);
      if (known === undefined || amount.compare(known) > 0) worst.set(name, amount);
    }
    devices = plus(devices, worst);
  }
  return devices;
}
