import type { parseQuantityJson } from '../apimachinery/quantity.js';
import type { PodSpec, PodStatus, ResourceList } from '../schema/generated/core-v1.js';
import { addAmounts, amountsOf, type Amounts } from './aggregate-resources.js';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** The class that a pod was given, or the one that its spec makes (Go: qos.GetPodQOS). */
export function qosClassOf(spec: PodSpec, status: PodStatus): string {
  return status.qosClass ? status.qosClass : computeQosClass(spec);
}

/** How well a pod says what it needs (Go: qos.ComputePodQOS). */
export function computeQosClass(spec: PodSpec): QosClass {
  const requests: Amounts = new Map();
  const limits: Amounts = new Map();
  let guaranteed = true;
  const take = (own: { limits?: ResourceList | undefined; requests?: ResourceList | undefined }): boolean => {
    addAmounts(requests, computeAmounts(own.requests));
    const limited = computeAmounts(own.limits);
    addAmounts(limits, limited);
    return limited.size === 2;
  };
  const { resources } = spec;
  if (resources !== undefined) {
    const complete = take(resources);
    if (Object.keys(resources.limits ?? {}).length > 0 && !complete) guaranteed = false;
  } else {
    for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])])
      if (!take(container.resources)) guaranteed = false;
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  if (guaranteed) for (const [name, request] of requests) if (limits.get(name)?.equals(request) !== true) guaranteed = false;
  return guaranteed && requests.size === limits.size ? 'Guaranteed' : 'Burstable';
}

/** cpu and memory, where more than nothing. */
function computeAmounts(list: ResourceList | undefined): Amounts {
  const amounts = new Map<string, ReturnType<typeof parseQuantityJson>>();
  for (const [name, amount] of amountsOf(list)) if ((name === 'cpu' || name === 'memory') && amount.sign() > 0) amounts.set(name, amount);
  return amounts;
}
