/**
 * IP addresses and networks as the server reads them: leniently, noting what a
 * strict reader (Go: net/netip) would refuse (k8s.io/utils/net.ParseIPSloppy).
 */

export interface Address {
  /** Sixteen bytes; IPv4 addresses are in the last four, after ::ffff. */
  readonly bytes: Uint8Array;
  /** Written with colons. */
  readonly v6: boolean;
  /** Written with zeros that some software would take for octal. */
  readonly leadingZeros: boolean;
}

export interface Network {
  /** As written, with bits beyond the prefix. */
  readonly address: Address;
  /** The network itself. */
  readonly base: Address;
  /** Bits: up to 32 or 128. */
  readonly prefix: number;
  readonly leadingZeros: boolean;
}

/** Parses an address; undefined if it isn't one. */
export function parseAddress(text: string): Address | undefined {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '.') return parseV4Address(text);
    if (text[i] === ':') return parseV6Address(text);
  }
  return undefined;
}

interface V4 {
  readonly octets: readonly number[];
  readonly leadingZeros: boolean;
}

function parseV4(text: string): V4 | undefined {
  const parts = text.split('.', 5);
  if (parts.length !== 4) return undefined;
  let leadingZeros = false;
  const octets: number[] = [];
  for (const part of parts) {
    if (!/^[0-9]+$/.test(part)) return undefined;
    const value = Number(part);
    if (value > 255) return undefined;
    if (part.length > 1 && part.startsWith('0')) leadingZeros = true;
    octets.push(value);
  }
  return { octets, leadingZeros };
}

function parseV4Address(text: string): Address | undefined {
  const parsed = parseV4(text);
  if (parsed === undefined) return undefined;
  const bytes = new Uint8Array(16);
  bytes.fill(0xff, 10, 12);
  bytes.set(parsed.octets, 12);
  return { bytes, v6: false, leadingZeros: parsed.leadingZeros };
}

/** The bytes of groups joined by colons, the last of which may be an IPv4 address. */
function parseGroups(text: string, last: boolean): { readonly bytes: number[]; readonly leadingZeros: boolean } | undefined {
  if (text === '') return { bytes: [], leadingZeros: false };
  const groups = text.split(':', 10);
  const bytes: number[] = [];
  let leadingZeros = false;
  for (const [i, group] of groups.entries()) {
    if (group.includes('.')) {
      // An IPv4 address, whose first octet Go reads as a hexadecimal group at first.
      const v4 = last && i === groups.length - 1 && fitsGroup(group.slice(0, group.indexOf('.'))) ? parseV4(group) : undefined;
      if (v4 === undefined) return undefined;
      leadingZeros ||= v4.leadingZeros;
      bytes.push(...v4.octets);
    } else {
      if (!fitsGroup(group)) return undefined;
      const value = parseInt(group, 16);
      if (group.length > 4) leadingZeros = true;
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes.length > 16 ? undefined : { bytes, leadingZeros };
}

function fitsGroup(text: string): boolean {
  return /^0*[0-9a-fA-F]{1,4}$/.test(text);
}

function parseV6Address(text: string): Address | undefined {
  const gap = text.indexOf('::');
  const head = parseGroups(gap === -1 ? text : text.slice(0, gap), gap === -1);
  const tail = gap === -1 ? undefined : parseGroups(text.slice(gap + 2), true);
  if (head === undefined || (gap !== -1 && tail === undefined)) return undefined;
  const bytes = new Uint8Array(16);
  const tailBytes = tail?.bytes ?? [];
  const length = head.bytes.length + tailBytes.length;
  // A gap stands for at least one group.
  if (gap === -1 ? length !== 16 : length > 14) return undefined;
  bytes.set(head.bytes);
  bytes.set(tailBytes, 16 - tailBytes.length);
  return { bytes, v6: true, leadingZeros: head.leadingZeros || tail?.leadingZeros === true };
}

/** Whether the bytes are those of an IPv4 address, however it was written. */
export function isV4(address: Address): boolean {
  const { bytes } = address;
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false;
  return bytes[10] === 0xff && bytes[11] === 0xff;
}

/** An IPv4 address written as IPv6: `::ffff:10.0.0.1`. */
export function isMapped(address: Address): boolean {
  return address.v6 && isV4(address);
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.bytes.every((byte, i) => byte === b.bytes[i]);
}

/** The canonical text; mapped addresses are shown as IPv4 (RFC 5952; Go: net.IP.String). */
export function formatAddress(address: Address): string {
  const { bytes } = address;
  if (isV4(address)) return bytes.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const { start, length } = longestZeros(groups);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return length < 2 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** The first of the longest runs of zero groups. */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [i, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: i - length + 1, length };
  }
  return best;
}

/** Parses `10.0.0.0/8`; undefined if it isn't a network. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  if (slash === -1) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  if (address === undefined || !/^[0-9]+$/.test(bits)) return undefined;
  const prefix = Number(bits);
  if (prefix > (address.v6 ? 128 : 32)) return undefined;
  const leadingZeros = address.leadingZeros || (bits.length > 1 && bits.startsWith('0'));
  return { address, base: mask(address, prefix), prefix, leadingZeros };
}

function mask(address: Address, prefix: number): Address {
  const bits = address.v6 ? prefix : prefix + 96;
  const bytes = address.bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * i))));
  return { ...address, bytes };
}

/** The canonical text of the network itself. */
export function formatNetwork(network: Network): string {
  const shown = network.address.v6 && isV4(network.base) ? network.prefix - 96 : network.prefix;
  return `${formatAddress(network.base)}/${String(shown)}`;
}

/** Whether a network has this address in it; both must be of one family. */
export function networkContains(network: Network, address: Address): boolean {
  if (isV4(network.base) !== isV4(address)) return false;
  return sameAddress(mask({ ...address, v6: network.address.v6 }, network.prefix), network.base);
}

/** Whether a text is an IPv4 address, leniently. */
export function isIpv4(text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && isV4(address);
}

/** Whether a text is an IPv6 address, leniently. */
export function isIpv6(text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && !isV4(address);
}

/** Whether a text is an IPv6 network, leniently. */
export function isIpv6Cidr(text: string): boolean {
  const network = parseNetwork(text);
  return network !== undefined && !isV4(network.base);
}
