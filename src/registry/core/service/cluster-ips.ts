import type { GroupResource } from '../../../apimachinery/group-version.js';
import { formatAddress, isV4, parseAddress, parseNetwork, type Address, type Network } from '../../../apimachinery/ip.js';
import { isStatus } from '../../../apimachinery/status.js';
import type { ServiceCIDR } from '../../../schema/generated/networking-v1.js';
import type { BehaviourEnvironment } from '../../behaviour.js';
import { createInternally, internalContext } from '../../internal-write.js';
import type { IpFamily } from './service.js';

/** Why an address can't be had; the text goes into a cause. `full` is a failure of the server instead. */
export class AddressError extends Error {
  constructor(
    message: string,
    readonly full = false,
  ) {
    super(message);
  }
}

const GROUP = 'networking.k8s.io';
const ADDRESSES: GroupResource = { group: GROUP, resource: 'ipaddresses' };
const CIDRS = `${GROUP}/servicecidrs`;
const MISMATCH = 'the provided network does not match the current range';
const NOT_READY = 'allocator not ready';

/** A range that services get addresses from. */
interface Range {
  readonly text: string;
  readonly network: Network;
  readonly family: IpFamily;
  readonly ready: boolean;
}

/**
 * Cluster IPs, as IPAddress objects within the ranges of ServiceCIDR objects
 * (KEP-1880). The objects are the only state: to create one is to have the address.
 */
export class ClusterIps {
  constructor(private readonly environment: BehaviourEnvironment) {}

  private async ranges(family: IpFamily): Promise<Range[]> {
    const { items } = await this.environment.storage.list(CIDRS);
    const ranges: Range[] = [];
    for (const { value } of items) {
      const { spec, status } = value as unknown as ServiceCIDR;
      const condition = status.conditions?.find(({ type }) => type === 'Ready');
      const ready = value.metadata.deletionTimestamp === undefined && (condition === undefined || condition.status === 'True');
      for (const text of spec.cidrs ?? []) {
        const network = parseNetwork(text);
        if (network !== undefined && familyOf(network.base) === family) ranges.push({ text, network, family, ready });
      }
    }
    return ranges;
  }

  /** Takes this address for a service. */
  async allocate(ip: string, namespace: string, service: string, dryRun: boolean): Promise<void> {
    const address = parseAddress(ip);
    if (address === undefined) throw new AddressError(MISMATCH);
    const ranges = await this.ranges(familyOf(address));
    if (dryRun) {
      checkDryRun(ranges, address);
      return;
    }
    const range = ranges.find(({ network, ready }) => ready && usable(network, address));
    if (range === undefined) throw new AddressError(MISMATCH);
    if (!(await this.create(formatAddress(address), range.family, namespace, service)))
      throw new AddressError('provided IP is already allocated');
  }

  /** Finds a free address for a service. A dry run answers with the network's. */
  async allocateNext(family: IpFamily, namespace: string, service: string, dryRun: boolean): Promise<string> {
    const ranges = await this.ranges(family);
    if (dryRun) {
      const [first] = ranges;
      if (first?.ready !== true) throw new AddressError(NOT_READY);
      return formatAddress(first.network.base);
    }
    for (const range of ranges) {
      if (!range.ready) continue;
      for (const ip of candidates(range.network, this.environment)) {
        if (await this.create(ip, family, namespace, service)) return ip;
      }
    }
    throw new AddressError('range is full', true);
  }

  /** Gives an address back; one that wasn't taken is no error. */
  async release(ip: string): Promise<void> {
    const address = parseAddress(ip);
    const store = this.environment.store(ADDRESSES);
    if (address === undefined || store === undefined) return;
    const name = formatAddress(address);
    try {
      await store.delete('', name, { dryRun: false }, internalContext('', name));
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  /** False if somebody has it. */
  private async create(ip: string, family: IpFamily, namespace: string, service: string): Promise<boolean> {
    const { storage } = this.environment;
    if ((await storage.get({ bucket: `${GROUP}/ipaddresses`, namespace: '', name: ip })) !== undefined) return false;
    try {
      await createInternally(this.environment, ADDRESSES, {
        metadata: {
          name: ip,
          labels: { 'ipaddress.kubernetes.io/ip-family': family, 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
        },
        spec: { parentRef: { resource: 'services', namespace, name: service } },
      });
      return true;
    } catch (error) {
      if (isStatus(error, 'AlreadyExists')) return false;
      throw error;
    }
  }
}

export function familyOf(address: Address): IpFamily {
  return isV4(address) ? 'IPv4' : 'IPv6';
}

/** A dry run asks one range only, and doesn't look who has the address. */
function checkDryRun(ranges: readonly Range[], address: Address): void {
  const [range] = ranges;
  if (range?.ready !== true) throw new AddressError(NOT_READY);
  if (usable(range.network, address)) return;
  throw new AddressError(`the provided IP (${formatAddress(address)}) is not in the valid range. The range of valid IPs is ${range.text}`);
}

/** An address as a number, which has the order of addresses. */
function numberOf(address: Address): bigint {
  let value = 0n;
  for (const byte of isV4(address) ? address.bytes.subarray(12) : address.bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function textOf(value: bigint, v4: boolean): string {
  const bytes = new Uint8Array(16);
  if (v4) bytes.fill(0xff, 10, 12);
  for (let i = 15, rest = value; i >= (v4 ? 12 : 0); i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return formatAddress({ bytes, v6: !v4, leadingZeros: false });
}

/** First and last address that may be given: neither the network's own nor, in IPv4, the broadcast address. */
function bounds({ base, prefix }: Network): { readonly first: bigint; readonly last: bigint } {
  const v4 = isV4(base);
  const start = numberOf(base);
  const hosts = 1n << BigInt((v4 ? 32 : 128) - prefix);
  return { first: start + 1n, last: start + hosts - (v4 ? 2n : 1n) };
}

function usable(network: Network, address: Address): boolean {
  if (isV4(network.base) !== isV4(address)) return false;
  const { first, last } = bounds(network);
  const value = numberOf(address);
  return value >= first && value <= last;
}

/** Beyond this, ranges are not searched through: nobody has that many services. */
const MOST_TRIES = 1 << 17;

/**
 * The addresses of a range from a chance beginning, first those of the upper part:
 * the lower one is left to services that choose their address (KEP-3070).
 */
function* candidates(network: Network, { random }: BehaviourEnvironment): Iterable<string> {
  const v4 = isV4(network.base);
  const { first, last } = bounds(network);
  const size = last - first + 1n;
  if (size <= 0n) return;
  const reserved = reservedPart(1n << BigInt((v4 ? 32 : 128) - network.prefix));
  for (const [from, count] of [
    [first + reserved, size - reserved],
    [first, reserved],
  ] as const) {
    if (count <= 0n) continue;
    const start = BigInt(random.int(Number(count < 1n << 47n ? count : 1n << 47n)));
    const tries = count < BigInt(MOST_TRIES) ? Number(count) : MOST_TRIES;
    for (let i = 0; i < tries; i++) yield textOf(from + ((start + BigInt(i)) % count), v4);
  }
}

/** Of a range of this size, network and broadcast addresses included: a sixteenth, at least 16 and at most 256. */
function reservedPart(size: bigint): bigint {
  if (size <= 16n) return 0n;
  const part = size / 16n;
  return part < 16n ? 16n : part > 256n ? 256n : part;
}
