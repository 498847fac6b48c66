import type { Node } from '../../../component-helpers/nodes.js';
import type { Pod } from '../../../component-helpers/pods.js';
import type { Endpoint, EndpointPort } from '../../../schema/generated/discovery-v1.js';
import { portsOf } from '../endpoints/ports.js';
import { mayBeEndpoint, type Service } from '../endpoints/services.js';
import { addressTypesOf, endpointKey, endpointOf, portsKey, sameBeyondKey, slicePorts, type AddressType } from './endpoint.js';
import { distributionOf, needsHints, withHints } from './hints.js';
import { hasLabelsOf, sliceLabels } from './labels.js';
import { newSlice, recycle, type EndpointSlice, type SliceChanges } from './slice.js';

/** Endpoints of one slice (Go: --max-endpoints-per-slice). */
const MAX_ENDPOINTS = 100;

/** What slices are made from. */
export interface SliceInput {
  readonly service: Service;
  readonly pods: readonly Pod[];
  readonly existing: readonly EndpointSlice[];
  readonly nodeOf: (name: string) => Node | undefined;
}

export interface SlicePlan extends SliceChanges {
  /** Pods that were left out since their node isn't there. */
  readonly skipped: readonly Pod[];
}

/** Endpoints that are wanted in slices with the same ports. */
interface Group {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Map<string, Endpoint>;
}

/** What is to become of a service's slices so that they show its pods (Go: endpointslice.Reconciler). */
export function planSlices(input: SliceInput): SlicePlan {
  const { service, existing } = input;
  const types = addressTypesOf(service);
  const plan: SlicePlan & { skipped: Pod[] } = { create: [], update: [], remove: [], skipped: [] };
  for (const type of types) {
    const ofType = existing.filter(({ addressType }) => addressType === type);
    const changes = planFamily(input, type, ofType, plan.skipped);
    plan.create.push(...changes.create);
    plan.update.push(...changes.update);
    plan.remove.push(...changes.remove);
  }
  plan.remove.push(...existing.filter(({ addressType }) => !types.includes(addressType as AddressType)));
  return plan;
}

function planFamily(input: SliceInput, type: AddressType, existing: readonly EndpointSlice[], skipped: Pod[]): SliceChanges {
  const { service } = input;
  const owned = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    if (!isOwnedBy(slice, service)) continue;
    const key = portsKey(slice.ports);
    owned.set(key, [...(owned.get(key) ?? []), slice]);
  }
  const wanted = wantedGroups(input, type, skipped);
  const changes: SliceChanges = { create: [], update: [], remove: existing.filter((slice) => !isOwnedBy(slice, service)) };
  for (const [key, group] of wanted) planGroup(service, type, owned.get(key) ?? [], group, changes);
  for (const [key, slices] of owned) if (!wanted.has(key)) changes.remove.push(...slices);
  if (changes.create.length === 0 && changes.remove.length === existing.length) keepPlaceholder(service, type, changes);
  addHints(service, existing, changes);
  return recycle(changes, (slice) => isOwnedBy(slice, service));
}

function isOwnedBy({ metadata }: EndpointSlice, service: Service): boolean {
  return metadata.ownerReferences?.some(({ uid, kind }) => uid === service.metadata.uid && kind === 'Service') === true;
}

function wantedGroups({ service, pods, nodeOf }: SliceInput, type: AddressType, skipped: Pod[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    if (!mayBeEndpoint(pod, true)) continue;
    const ports = slicePorts(portsOf(service, pod));
    const key = portsKey(ports);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { ports, endpoints: new Map() }));
    const node = nodeOf(pod.spec.nodeName ?? '');
    if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
      skipped.push(pod);
      continue;
    }
    const endpoint = endpointOf(pod, node, service, type);
    if (endpoint !== undefined) group.endpoints.set(endpointKey(endpoint), endpoint);
  }
  return groups;
}

/** Keeps what is right in existing slices, fills them up, and makes new ones for the rest (Go: reconcileByPortMapping). */
function planGroup(service: Service, type: AddressType, existing: readonly EndpointSlice[], group: Group, changes: SliceChanges): void {
  const missing = new Map(group.endpoints);
  const updates: EndpointSlice[] = [];
  let untouched: EndpointSlice[] = [];
  for (const slice of existing) {
    const { endpoints, hasChanged } = keepWanted(slice, missing);
    if (hasChanged && endpoints.length === 0) changes.remove.push(slice);
    else if (hasChanged || !hasLabelsOf(slice, service)) updates.push(changed(slice, service, endpoints));
    else untouched.push(slice);
  }
  // The fullest first.
  updates.sort((a, b) => sizeOf(b) - sizeOf(a));
  for (const slice of updates) fill(slice, missing);
  while (missing.size > 0) {
    const old = missing.size < MAX_ENDPOINTS ? roomiest(untouched, missing.size) : undefined;
    const slice =
      old === undefined
        ? newSlice(service, type, group.ports, { labels: sliceLabels(service) })
        : changed(old, service, old.endpoints ?? []);
    fill(slice, missing);
    if (old === undefined) {
      changes.create.push(slice);
      continue;
    }
    updates.push(slice);
    untouched = untouched.filter((other) => other !== old);
  }
  changes.update.push(...updates);
}

/** The slice's endpoints that are still wanted, as they are to be; they are missing no more. */
function keepWanted(
  { endpoints }: EndpointSlice,
  missing: Map<string, Endpoint>,
): { readonly endpoints: Endpoint[]; readonly hasChanged: boolean } {
  const before = endpoints ?? [];
  const kept: Endpoint[] = [];
  let hasChanged = false;
  for (const endpoint of before) {
    const key = endpointKey(endpoint);
    const wanted = missing.get(key);
    if (wanted === undefined) continue;
    missing.delete(key);
    kept.push(wanted);
    hasChanged ||= !sameBeyondKey(wanted, endpoint);
  }
  return { endpoints: kept, hasChanged: hasChanged || kept.length !== before.length };
}

function changed(slice: EndpointSlice, service: Service, endpoints: readonly Endpoint[]): EndpointSlice {
  return { ...slice, metadata: { ...slice.metadata, labels: sliceLabels(service) }, endpoints: [...endpoints] };
}

function sizeOf({ endpoints }: EndpointSlice): number {
  return endpoints?.length ?? 0;
}

function fill(slice: EndpointSlice, missing: Map<string, Endpoint>): void {
  for (const [key, endpoint] of missing) {
    if (sizeOf(slice) >= MAX_ENDPOINTS) return;
    slice.endpoints?.push(endpoint);
    missing.delete(key);
  }
}

/** The slice that these endpoints leave the fullest. */
function roomiest(slices: readonly EndpointSlice[], count: number): EndpointSlice | undefined {
  let found: EndpointSlice | undefined;
  for (const slice of slices) {
    if (sizeOf(slice) + count <= MAX_ENDPOINTS && sizeOf(slice) > (found === undefined ? 0 : sizeOf(found))) found = slice;
  }
  return found;
}

/** A service without endpoints has one empty slice. */
function keepPlaceholder(service: Service, type: AddressType, changes: SliceChanges): void {
  const [only, ...others] = changes.remove;
  if (only !== undefined && others.length === 0 && isPlaceholder(only, service)) changes.remove.length = 0;
  else changes.create.push(newSlice(service, type, [], { labels: sliceLabels(service) }));
}

function isPlaceholder(slice: EndpointSlice, service: Service): boolean {
  const wanted = Object.entries(sliceLabels(service));
  const labels = slice.metadata.labels ?? {};
  const hasLabels = wanted.length === Object.keys(labels).length && wanted.every(([key, value]) => labels[key] === value);
  return hasLabels && sizeOf(slice) === 0 && (slice.ports ?? []).length === 0 && isOwnedBy(slice, service);
}

function addHints(service: Service, existing: readonly EndpointSlice[], changes: SliceChanges): void {
  const distribution = distributionOf(service);
  const names = new Set([...changes.update, ...changes.remove].map(({ metadata }) => metadata.name));
  for (const slice of existing) {
    if (!names.has(slice.metadata.name) && needsHints(slice.endpoints ?? [], distribution)) changes.update.push({ ...slice });
  }
  for (const slice of [...changes.create, ...changes.update]) slice.endpoints = withHints(slice.endpoints ?? [], distribution);
}
