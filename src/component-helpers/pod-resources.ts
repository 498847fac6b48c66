import { addAmounts, aggregateContainers, amountsOf, isPodLevelResource, type Amounts } from './aggregate-resources.js';
import type { Container, Pod, PodSpec, ResourceList, ResourceRequirements } from '../schema/generated/core-v1.js';

/** What a pod as a whole requests, by its spec (Go: component-helpers/resource.PodRequests). */
export function podRequests(spec: PodSpec): Amounts {
  return requestsFrom(spec, ({ resources }) => resources.requests);
}

/** The same, where a resize under way counts with the larger of what was and what will be. */
export function effectiveRequests(pod: Pick<Pod, 'spec' | 'status'>): Amounts {
  return actualRequests(pod, undefined);
}

/** @param missing what containers count for where they request nothing */
function actualRequests({ spec, status }: Pick<Pod, 'spec' | 'status'>, missing: ResourceList | undefined): Amounts {
  const infeasible = isResizeInfeasible(status);
  return requestsFrom(spec, (container) => {
    const own = container.resources.requests;
    const actual = actualOf(spec, status, container);
    const requests =
      actual?.resources === undefined
        ? own
        : largest(
            infeasible
              ? [actual.resources.requests, actual.allocatedResources]
              : [own, actual.resources.requests, actual.allocatedResources],
          );
    return missing === undefined ? requests : { ...missing, ...requests };
  });
}

/** What a container counts for in scores if it requests nothing (Go: scheduler/util.DefaultMilliCPURequest and …MemoryRequest). */
const SCORED_MINIMUM: ResourceList = { cpu: '100m', memory: '200Mi' };

/** Like `effectiveRequests`, with a little for each container that says nothing, so that such pods spread. */
export function scoredRequests(pod: Pick<Pod, 'spec' | 'status'>): Amounts {
  return actualRequests(pod, SCORED_MINIMUM);
}

/** The limits of a pod as a whole, resizes under way included. */
export function effectiveLimits({ spec, status }: Pick<Pod, 'spec' | 'status'>): Amounts {
  const infeasible = isResizeInfeasible(status);
  const limits = aggregateContainers(spec, (container) => {
    const own = container.resources.limits;
    const actual = actualOf(spec, status, container);
    if (actual?.resources === undefined) return own;
    return infeasible ? actual.resources.limits : largest([own, actual.resources.limits]);
  });
  override(limits, spec.resources?.limits);
  for (const [name, overhead] of amountsOf(spec.overhead)) {
    const limit = limits.get(name);
    if (limit !== undefined && !limit.isZero()) limits.set(name, limit.add(overhead));
  }
  return limits;
}

function requestsFrom(spec: PodSpec, of: (container: Container) => ResourceList | undefined): Amounts {
  const requests = aggregateContainers(spec, of);
  override(requests, spec.resources?.requests);
  addAmounts(requests, amountsOf(spec.overhead));
  return requests;
}

/** What is said for the pod as a whole outweighs its containers (KEP-2837). */
function override(amounts: Amounts, whole: ResourceList | undefined): void {
  for (const [name, amount] of amountsOf(whole)) if (isPodLevelResource(name)) amounts.set(name, amount);
}

interface ActualResources {
  readonly resources?: ResourceRequirements | undefined;
  readonly allocatedResources?: ResourceList | undefined;
}

/** The status of a container; of init containers only sidecars can be resized. */
function actualOf(spec: PodSpec, status: Pod['status'] | undefined, container: Container): ActualResources | undefined {
  if (status?.containerStatuses === undefined && status?.initContainerStatuses === undefined) return undefined;
  if (spec.initContainers?.includes(container) === true && container.restartPolicy !== 'Always') return undefined;
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].find(({ name }) => name === container.name);
}

function isResizeInfeasible(status: Pod['status'] | undefined): boolean {
  return status?.conditions?.find(({ type }) => type === 'PodResizePending')?.reason === 'Infeasible';
}

function largest(lists: readonly (ResourceList | undefined)[]): ResourceList {
  const found: Amounts = new Map();
  for (const list of lists) {
    for (const [name, amount] of amountsOf(list)) {
      const known = found.get(name);
      if (known === undefined || amount.compare(known) > 0) found.set(name, amount);
    }
  }
  return Object.fromEntries(Array.from(found, ([name, amount]) => [name, amount.toString()]));
}
