import { formatTime } from '../../../apimachinery/time.js';
import { cel } from '../../../cel/loader.js';
import type { ComponentContext } from '../../../client/component-context.js';
import type { Informer } from '../../../client/informer.js';
import type { Typed } from '../../../client/client.js';
import { isControlledBy } from '../../../component-helpers/controller-ref.js';
import { NodeSelectorMatcher } from '../../../component-helpers/node-affinity.js';
import {
  canBeReserved,
  CLAIM_FINALIZER,
  isReservedFor,
  resourceClaimName,
  resourceClaimNames,
  type ResourceClaim,
} from '../../../component-helpers/resource-claims.js';
import { DEVICE_CLASSES, RESOURCE_CLAIMS, RESOURCE_SLICES } from '../../../component-helpers/resources.js';
import type { Pod } from '../../../schema/generated/core-v1.js';
import type { AllocationResult, DeviceClass, ResourceSlice } from '../../../schema/generated/resource-v1.js';
import { on, onNode, onPod } from '../../cluster-event.js';
import type { NodeInfo } from '../../node-info.js';
import type { Filtering, FilterPlugin } from '../../plugin.js';
import type { PodInfo } from '../../pod-info.js';
import { Rejection } from '../../rejection.js';
import { allocate, type Supply } from './allocator.js';
import { deviceId, devicesFor, type PooledDevice } from './pool.js';

export const NAME = 'DynamicResources';

const NOT_ENOUGH = Rejection.unresolvable(NAME, 'cannot allocate all claims');
const ELSEWHERE = Rejection.unresolvable(NAME, 'resourceclaim not available on the node');

/** Pods that use devices go where these are, or can be allocated (KEP-4381). */
export class DynamicResources implements FilterPlugin {
  readonly name = NAME;
  readonly events = [
    onNode(['Add', 'UpdateNodeLabel', 'UpdateNodeAllocatable']),
    on<ResourceClaim>('ResourceClaim', ['Add', 'Update'], (pod, now) => now !== undefined && uses(pod.pod, now)),
    on<ResourceClaim>(
      'ResourceClaim',
      ['Update', 'Delete'],
      (_, now, old) => old?.status.allocation !== undefined && now?.status.allocation === undefined,
    ),
    onPod(['UpdatePodGeneratedResourceClaim'], (pod, now) => now?.metadata.uid === pod.uid),
    on('DeviceClass', ['Add', 'Update']),
    on('ResourceSlice', ['Add', 'Update']),
  ];
  private readonly claims: Informer<ResourceClaim>;
  private readonly slices: Informer<Typed<ResourceSlice>>;
  private readonly classes: Informer<Typed<DeviceClass>>;
  /** Decided, but not yet written: by the claim's uid. */
  private readonly pending = new Map<string, AllocationResult>();
  private readonly matchers = new Map<string, { matches(driver: string, device: PooledDevice['device']): boolean | string }>();

  constructor(private readonly context: ComponentContext) {
    const { informers } = context;
    this.claims = informers.of<ResourceClaim>(RESOURCE_CLAIMS);
    this.slices = informers.of<Typed<ResourceSlice>>(RESOURCE_SLICES);
    this.classes = informers.of<Typed<DeviceClass>>(DEVICE_CLASSES);
  }

  /** Whether claims of the pod are still to be made, or going, so that there is nothing to be decided (Go: PreEnqueue). */
  isWaiting(pod: Typed<Pod>): boolean {
    return (pod.spec.resourceClaims ?? []).some((entry) => {
      const name = resourceClaimName(pod, entry);
      if (name === null) return false;
      const claim = name === undefined ? undefined : this.claims.get(pod.metadata.namespace ?? '', name);
      return claim === undefined || claim.metadata.deletionTimestamp !== undefined || isForeign(claim, pod);
    });
  }

  prepare(pod: PodInfo): Filtering | Rejection | undefined {
    if ((pod.pod.spec.resourceClaims ?? []).length === 0) return undefined;
    const claims: ResourceClaim[] = [];
    for (const name of resourceClaimNames(pod.pod)) {
      const claim = this.claims.get(pod.namespace, name);
      const fault = claim === undefined ? `resourceclaim "${name}" not found` : this.faultOf(claim, pod.pod);
      if (fault !== undefined) return Rejection.unresolvable(NAME, fault);
      if (claim !== undefined) claims.push(claim);
    }
    return claims.length === 0 ? undefined : new DeviceFiltering(this.context, pod, claims, this.pending, (node) => this.supplyFor(node));
  }

  private faultOf(claim: ResourceClaim, pod: Typed<Pod>): string | undefined {
    const { metadata, spec, status } = claim;
    const { namespace = '', name = '' } = metadata;
    if (metadata.deletionTimestamp !== undefined) return `resourceclaim "${name}" is being deleted`;
    if (isForeign(claim, pod))
      return `ResourceClaim ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name ?? ''} (pod is not owner)`;
    if (status.allocation !== undefined) return canBeReserved(claim) || isReservedFor(claim, pod) ? undefined : 'resourceclaim in use';
    if (this.pending.has(metadata.uid ?? '')) return `resource claim ${namespace}/${name} is in the process of being allocated`;
    for (const { name: request = '', exactly, firstAvailable = [] } of spec.devices.requests ?? []) {
      const asked =
        exactly === undefined
          ? firstAvailable.map((sub) => ({ ...sub, name: `${request}/${sub.name ?? ''}` }))
          : [{ ...exactly, name: request }];
      for (const { name: qualified, deviceClassName = '' } of asked) {
        if (deviceClassName === '') return `request ${qualified}: unsupported request type`;
        if (this.classes.get('', deviceClassName) === undefined)
          return `request ${qualified}: device class ${deviceClassName} does not exist`;
      }
    }
    return undefined;
  }

  private supplyFor({ node }: NodeInfo): Supply {
    const allocated = new Set<string>();
    const add = ({ devices }: AllocationResult): void => {
      for (const { driver, pool, device, adminAccess } of devices.results ?? [])
        if (adminAccess !== true) allocated.add(deviceId(driver, pool, device));
    };
    for (const { status } of this.claims.list()) if (status.allocation !== undefined) add(status.allocation);
    for (const allocation of this.pending.values()) add(allocation);
    return {
      devices: devicesFor(node, this.slices.list()),
      allocated,
      classOf: (name) => this.classes.get('', name),
      matches: (expression, device, where) => this.matches(expression, device, where),
    };
  }

  private matches(expression: string, { driver, device }: PooledDevice, where: string): boolean {
    let matcher = this.matchers.get(expression);
    // Whoever accepted the expression has loaded the engine.
    if (matcher === undefined) this.matchers.set(expression, (matcher = new (cel().DeviceMatcher)(expression)));
    const matched = matcher.matches(driver, device);
    if (typeof matched === 'string') throw new Error(`running "${NAME}" filter plugin: ${where}: CEL runtime error: ${matched}`);
    return matched;
  }
}

function uses(pod: Typed<Pod>, { metadata }: ResourceClaim): boolean {
  return metadata.namespace === pod.metadata.namespace && resourceClaimNames(pod).includes(metadata.name ?? '');
}

/** A claim of the name that was to be made for the pod, but made by another (Go: resourceclaim.IsForPod). */
function isForeign(claim: ResourceClaim, pod: Typed<Pod>): boolean {
  const isMade = (pod.status.resourceClaimStatuses ?? []).some(({ resourceClaimName: made }) => made === claim.metadata.name);
  return isMade && !isControlledBy(claim, pod);
}

class DeviceFiltering implements Filtering {
  private readonly byNode = new Map<string, readonly AllocationResult[]>();
  private readonly toAllocate: readonly ResourceClaim[];
  private readonly places: readonly NodeSelectorMatcher[];

  constructor(
    private readonly context: ComponentContext,
    private readonly pod: PodInfo,
    private readonly claims: readonly ResourceClaim[],
    private readonly pending: Map<string, AllocationResult>,
    private readonly supplyFor: (node: NodeInfo) => Supply,
  ) {
    this.toAllocate = claims.filter(({ status }) => status.allocation === undefined);
    this.places = claims.flatMap(({ status }) => {
      const selector = status.allocation?.nodeSelector;
      return selector === undefined ? [] : [new NodeSelectorMatcher(selector)];
    });
  }

  filter(node: NodeInfo): Rejection | undefined {
    if (!this.places.every((place) => place.matches(node.node))) return ELSEWHERE;
    if (this.toAllocate.length === 0) return undefined;
    const found = allocate(node.node, this.toAllocate, this.supplyFor(node));
    if (found === undefined) return NOT_ENOUGH;
    this.byNode.set(node.name, found);
    return undefined;
  }

  reserve({ name }: NodeInfo): undefined {
    for (const [claim, allocation] of this.allocationsOn(name)) this.pending.set(claim.metadata.uid ?? '', allocation);
  }

  unreserve(): void {
    for (const { metadata } of this.toAllocate) this.pending.delete(metadata.uid ?? '');
  }

  needsPreBind(): boolean {
    return this.claims.some((claim) => !isReservedFor(claim, this.pod.pod));
  }

  async preBind({ name }: NodeInfo): Promise<void> {
    const allocations = new Map(this.allocationsOn(name));
    for (const claim of this.claims) if (!isReservedFor(claim, this.pod.pod)) await this.bindClaim(claim, allocations.get(claim));
    this.unreserve();
  }

  private allocationsOn(nodeName: string): readonly (readonly [ResourceClaim, AllocationResult])[] {
    const found = this.byNode.get(nodeName) ?? [];
    return this.toAllocate.flatMap((claim, i) => {
      const allocation = found[i];
      return allocation === undefined ? [] : [[claim, allocation] as const];
    });
  }

  /** First the finalizer, so that what has devices can't go unnoticed, then the devices and their user. */
  private async bindClaim(claim: ResourceClaim, allocation: AllocationResult | undefined): Promise<void> {
    const { client } = this.context;
    const target = { resource: RESOURCE_CLAIMS, namespace: claim.metadata.namespace };
    let current = await client.get<ResourceClaim>(target, claim.metadata.name ?? '');
    const { finalizers = [] } = current.metadata;
    if (allocation !== undefined && !finalizers.includes(CLAIM_FINALIZER)) {
      const metadata = { ...current.metadata, finalizers: [...finalizers, CLAIM_FINALIZER] };
      current = await client.update<ResourceClaim>(target, { ...current, metadata });
    }
    const user = { resource: 'pods', name: this.pod.name, uid: this.pod.uid };
    const status = { ...current.status, reservedFor: [...(current.status.reservedFor ?? []), user] };
    if (allocation !== undefined) status.allocation ??= { ...allocation, allocationTimestamp: formatTime(this.context.clock.now()) };
    await client.update<ResourceClaim>({ ...target, subresource: 'status' }, { ...current, status });
  }
}
