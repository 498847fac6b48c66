import { formatAddress, isV4, parseAddress } from '../../../apimachinery/ip.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { Typed } from '../../../client/client.js';
import type { EndpointAddress, Endpoints as EndpointsType, EndpointSubset } from '../../../schema/generated/core-v1.js';
import type { Endpoint, EndpointPort } from '../../../schema/generated/discovery-v1.js';
import { endpointKey, portsKey, sameBeyondKey, type AddressType } from '../endpoint-slice/endpoint.js';
import { MANAGED_BY, newSlice, recycle, SERVICE_NAME, type EndpointSlice, type SliceChanges } from '../endpoint-slice/slice.js';
import { packSubsets, unpackSubsets } from '../endpoints/subsets.js';
import { LAST_CHANGE } from '../endpoints/trigger-times.js';

/** Endpoints as clients see them. */
export type Endpoints = Typed<EndpointsType>;

/** The controller, as it signs its slices. */
export const CONTROLLER = 'endpointslicemirroring-controller.k8s.io';
/** Addresses of one subset that are mirrored (Go: --mirroring-max-endpoints-per-subset). */
export const MAX_PER_SUBSET = 1000;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export interface MirrorPlan extends SliceChanges {
  /** Addresses that are none. */
  readonly invalid: number;
  /** Addresses that were left out, invalid ones among them. */
  readonly skipped: number;
}

interface Group {
  readonly type: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Map<string, Endpoint>;
}

/** What is to become of slices so that they show hand-made Endpoints (Go: endpointslicemirroring.reconciler). */
export function planMirror(endpoints: Endpoints, existing: readonly EndpointSlice[]): MirrorPlan {
  const groups = new Map<string, Group>();
  let invalid = 0;
  let skipped = 0;
  for (const subset of packSubsets(unpackSubsets(endpoints.subsets ?? []))) {
    const result = addSubset(groups, subset);
    invalid += result.invalid;
    skipped += result.skipped;
  }
  const changes: SliceChanges = { create: [], update: [], remove: [] };
  const slicesOf = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = `${slice.addressType ?? ''} ${portsKey(slice.ports)}`;
    slicesOf.set(key, [...(slicesOf.get(key) ?? []), slice]);
  }
  for (const [key, group] of groups) planGroup(endpoints, slicesOf.get(key) ?? [], group, changes);
  for (const [key, slices] of slicesOf) if (!groups.has(key)) changes.remove.push(...slices);
  return { ...recycle(changes), invalid, skipped };
}

function addSubset(groups: Map<string, Group>, subset: EndpointSubset): { readonly invalid: number; readonly skipped: number } {
  const { addresses = [], notReadyAddresses = [] } = subset;
  const ports = (subset.ports ?? []).map(({ name = '', port, protocol, appProtocol }) => ({
    name,
    protocol,
    port,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }));
  let added = 0;
  let invalid = 0;
  const add = (address: EndpointAddress, ready: boolean): void => {
    if (added >= MAX_PER_SUBSET) return;
    const parsed = parseAddress(address.ip ?? '');
    if (parsed === undefined) {
      invalid++;
      return;
    }
    added++;
    const type = isV4(parsed) ? 'IPv4' : 'IPv6';
    const key = `${type} ${portsKey(ports)}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { type, ports, endpoints: new Map() }));
    const endpoint = endpointOf(address, formatAddress(parsed), ready);
    group.endpoints.set(endpointKey(endpoint), endpoint);
  };
  for (const address of addresses) add(address, true);
  for (const address of notReadyAddresses) add(address, false);
  return { invalid, skipped: addresses.length + notReadyAddresses.length - added };
}

function endpointOf({ hostname, targetRef, nodeName }: EndpointAddress, ip: string, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined ? {} : { hostname }),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  };
}

function planGroup(endpoints: Endpoints, existing: readonly EndpointSlice[], group: Group, changes: SliceChanges): void {
  const [first, ...others] = existing;
  changes.remove.push(...others);
  if (first !== undefined && isMirror(first, endpoints, group)) return;
  const slice = newSlice(endpoints, group.type, group.ports, mirroredMetadata(endpoints));
  slice.endpoints = [...group.endpoints.values()].slice(0, MAX_PER_SUBSET);
  if (first === undefined) {
    changes.create.push(slice);
    return;
  }
  const { generateName: _, ...metadata } = slice.metadata;
  changes.update.push({ ...slice, metadata: { ...metadata, name: first.metadata.name } });
}

function isMirror(slice: EndpointSlice, endpoints: Endpoints, { endpoints: wanted }: Group): boolean {
  const { metadata } = slice;
  const present = slice.endpoints ?? [];
  const isSame = (endpoint: Endpoint): boolean => {
    const other = wanted.get(endpointKey(endpoint));
    return other !== undefined && sameBeyondKey(other, endpoint);
  };
  if (present.length !== wanted.size || !present.every(isSame)) return false;
  const { labels, annotations } = mirroredMetadata(endpoints);
  if (!semanticEqual(labels, metadata.labels ?? {}) || !semanticEqual(annotations, metadata.annotations ?? {})) return false;
  // Endpoints that were deleted and made anew are other ones.
  return !metadata.ownerReferences?.some(
    ({ kind, name, uid }) => kind === 'Endpoints' && name === endpoints.metadata.name && uid !== endpoints.metadata.uid,
  );
}

function mirroredMetadata({ metadata }: Endpoints): { labels: Record<string, string>; annotations: Record<string, string> } {
  const { [LAST_CHANGE]: _, [LAST_APPLIED]: __, ...annotations } = metadata.annotations ?? {};
  return { labels: { ...metadata.labels, [SERVICE_NAME]: metadata.name ?? '', [MANAGED_BY]: CONTROLLER }, annotations };
}
