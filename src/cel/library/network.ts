import { goQuote } from '../../apimachinery/field-error.js';
import {
  formatAddress,
  isMapped,
  networkContains,
  parseAddress,
  parseNetwork,
  sameAddress,
  type Address,
  type Network,
} from '../../apimachinery/ip.js';
import { free, member, type Library } from '../types/functions.js';
import { BOOL, INT, opaqueType, STRING } from '../types/type.js';
import { CelError, CelObject, noSuchOverload, type CelValue } from '../values/value.js';
import { addressFault, prefixFault } from './netip-faults.js';

export const IP = opaqueType('net.IP');
export const CIDR = opaqueType('net.CIDR');

/** An address; IPv4 has four bytes, IPv6 sixteen. */
export class IpValue extends CelObject {
  override readonly type = IP;

  constructor(readonly address: Address) {
    super();
  }

  get isV4(): boolean {
    return !this.address.v6;
  }

  override get size(): number {
    return this.isV4 ? 4 : 16;
  }

  equals(other: CelValue): CelValue {
    return other instanceof IpValue ? this.isV4 === other.isV4 && sameAddress(this.address, other.address) : noSuchOverload(other);
  }

  override toString(): string {
    return formatAddress(this.address);
  }
}

/** A network with the address as it was written. */
export class CidrValue extends CelObject {
  override readonly type = CIDR;

  constructor(readonly network: Network) {
    super();
  }

  override get size(): number {
    return Math.ceil(this.network.prefix / 8);
  }

  equals(other: CelValue): CelValue {
    if (!(other instanceof CidrValue)) return noSuchOverload(other);
    const { address, prefix } = other.network;
    return this.network.prefix === prefix && this.network.address.v6 === address.v6 && sameAddress(this.network.address, address);
  }

  override toString(): string {
    return `${formatAddress(this.network.address)}/${String(this.network.prefix)}`;
  }

  contains(ip: IpValue): boolean {
    return this.network.address.v6 === ip.address.v6 && networkContains(this.network, ip.address);
  }
}

/** Go: netip.ParseAddr, and what Kubernetes refuses beyond it. */
function parseIp(text: string): IpValue | CelError {
  const fault = addressFault(text);
  if (fault !== undefined)
    return new CelError(`IP Address ${goQuote(text)} parse error during conversion from string: ParseAddr(${goQuote(text)}): ${fault}`);
  const zone = text.indexOf('%');
  if (zone !== -1) return new CelError(`IP address ${goQuote(text)} with zone value is not allowed`);
  const address = parseAddress(text);
  if (address === undefined) return new CelError(`IP Address ${goQuote(text)} parse error during conversion from string`);
  if (address.v6 && isMapped(address)) return new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  return new IpValue(address);
}

const CIDR_FAULT = 'network address parse error during conversion from string: ';

function parseCidr(text: string): CidrValue | CelError {
  const fault = prefixFault(text);
  if (fault !== undefined) return new CelError(`${CIDR_FAULT}${CIDR_FAULT}netip.ParsePrefix(${goQuote(text)}): ${fault}`);
  const network = parseNetwork(text);
  if (network === undefined) return new CelError(`${CIDR_FAULT}${CIDR_FAULT}netip.ParsePrefix(${goQuote(text)})`);
  if (network.address.v6 && isMapped(network.address))
    return new CelError(`${CIDR_FAULT}IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  return new CidrValue(network);
}

/** The first bytes of an address: of IPv4 its four, of IPv6 its sixteen. */
function bytesOf({ address }: IpValue): Uint8Array {
  return address.v6 ? address.bytes : address.bytes.subarray(12);
}

function isUnspecified(ip: IpValue): boolean {
  return bytesOf(ip).every((byte) => byte === 0);
}

function isLoopback(ip: IpValue): boolean {
  const bytes = bytesOf(ip);
  return ip.isV4 ? bytes[0] === 127 : bytes.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

function isLinkLocalMulticast(ip: IpValue): boolean {
  const [first = 0, second = 0, third = 0] = bytesOf(ip);
  return ip.isV4 ? first === 224 && second === 0 && third === 0 : first === 0xff && (second & 0x0f) === 2;
}

function isLinkLocalUnicast(ip: IpValue): boolean {
  const [first = 0, second = 0] = bytesOf(ip);
  return ip.isV4 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80;
}

function isMulticast(ip: IpValue): boolean {
  const [first = 0] = bytesOf(ip);
  return ip.isV4 ? (first & 0xf0) === 0xe0 : first === 0xff;
}

function isGlobalUnicast(ip: IpValue): boolean {
  if (ip.isV4 && bytesOf(ip).every((byte) => byte === 255)) return false;
  return !isUnspecified(ip) && !isLoopback(ip) && !isMulticast(ip) && !isLinkLocalUnicast(ip);
}

function test(id: string, check: (ip: IpValue) => boolean): Library[string] {
  return [member(id, [IP], BOOL, (ip) => check(ip as IpValue))];
}

/** Kubernetes' functions for addresses (Go: library.IP). */
export const ADDRESSES: Library = {
  ip: [free('string_to_ip', [STRING], IP, (text) => parseIp(text as string))],
  family: [member('ip_family', [IP], INT, (ip) => ((ip as IpValue).isV4 ? 4n : 6n))],
  'ip.isCanonical': [
    free('ip_is_canonical', [STRING], BOOL, (text) => {
      const ip = parseIp(text as string);
      return ip instanceof CelError ? ip : ip.toString() === text;
    }),
  ],
  isUnspecified: test('ip_is_unspecified', isUnspecified),
  isLoopback: test('ip_is_loopback', isLoopback),
  isLinkLocalMulticast: test('ip_is_link_local_multicast', isLinkLocalMulticast),
  isLinkLocalUnicast: test('ip_is_link_local_unicast', isLinkLocalUnicast),
  isGlobalUnicast: test('ip_is_global_unicast', isGlobalUnicast),
  isIP: [free('is_ip', [STRING], BOOL, (text) => parseIp(text as string) instanceof IpValue)],
  string: [free('ip_to_string', [IP], STRING, (ip) => String(ip))],
};

function containsIp(cidr: CelValue, ip: CelValue): CelValue {
  const parsed = typeof ip === 'string' ? parseIp(ip) : ip;
  return parsed instanceof CelError ? noSuchOverload() : (cidr as CidrValue).contains(parsed as IpValue);
}

function containsCidr(outer: CelValue, inner: CelValue): CelValue {
  const parsed = typeof inner === 'string' ? parseCidr(inner) : inner;
  if (parsed instanceof CelError) return parsed;
  const { network } = outer as CidrValue;
  const other = (parsed as CidrValue).network;
  return network.prefix <= other.prefix && (outer as CidrValue).contains(new IpValue(other.address));
}

/** Kubernetes' functions for networks (Go: library.CIDR). */
export const NETWORKS: Library = {
  cidr: [free('string_to_cidr', [STRING], CIDR, (text) => parseCidr(text as string))],
  containsIP: [
    member('cidr_contains_ip_string', [CIDR, STRING], BOOL, containsIp),
    member('cidr_contains_ip_ip', [CIDR, IP], BOOL, containsIp),
  ],
  containsCIDR: [
    member('cidr_contains_cidr_string', [CIDR, STRING], BOOL, containsCidr),
    member('cidr_contains_cidr', [CIDR, CIDR], BOOL, containsCidr),
  ],
  ip: [member('cidr_ip', [CIDR], IP, (cidr) => new IpValue((cidr as CidrValue).network.address))],
  prefixLength: [member('cidr_prefix_length', [CIDR], INT, (cidr) => BigInt((cidr as CidrValue).network.prefix))],
  masked: [
    member('cidr_masked', [CIDR], CIDR, (cidr) => {
      const { network } = cidr as CidrValue;
      return new CidrValue({ ...network, address: network.base });
    }),
  ],
  isCIDR: [free('is_cidr', [STRING], BOOL, (text) => parseCidr(text as string) instanceof CidrValue)],
  string: [free('cidr_to_string', [CIDR], STRING, (cidr) => String(cidr))],
};
