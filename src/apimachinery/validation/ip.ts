import { goQuote, invalid, type FieldError } from '../field-error.js';
import type { FieldPath } from '../field-path.js';
import { formatAddress, formatNetwork, isMapped, parseAddress, parseNetwork, sameAddress, type Network } from '../ip.js';

const BAD_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const BAD_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const BAD_INTERFACE = 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)';

function canonicalMessage(canonical: string): string {
  return `must be in canonical form (${goQuote(canonical)})`;
}

/** What is wrong with an address; leniently (Go: ParseIPSloppy), or as netip parses it. */
function addressErrors(path: FieldPath, value: string, strict: boolean): FieldError[] {
  const address = parseAddress(value);
  if (address === undefined) return [invalid(path, value, BAD_IP)];
  if (!strict) return [];
  if (address.leadingZeros) return [invalid(path, value, 'must not have leading 0s')];
  return isMapped(address) ? [invalid(path, value, 'must not be an IPv4-mapped IPv6 address')] : [];
}

/** An address in a field of new API: valid, strict and canonical. */
export function isValidIp(path: FieldPath, value: string): FieldError[] {
  const errors = addressErrors(path, value, true);
  const address = parseAddress(value);
  if (errors.length > 0 || address === undefined) return errors;
  const canonical = formatAddress(address);
  return value === canonical ? [] : [invalid(path, value, canonicalMessage(canonical))];
}

/** An address in a field that predates strict checks; what the old object had is let through (KEP-4858). */
export function isValidIpForLegacyField(path: FieldPath, value: string, strict = true, oldValues: readonly string[] = []): FieldError[] {
  return oldValues.includes(value) ? [] : addressErrors(path, value, strict);
}

/** Warnings about addresses in forms that are tolerated; only for values that are valid. */
export function warningsForIp(path: FieldPath, value: string): string[] {
  const address = parseAddress(value);
  if (address === undefined) return [];
  const canonical = formatAddress(address);
  if (address.leadingZeros || isMapped(address)) {
    return [`${path.toString()}: non-standard IP address ${goQuote(value)} is invalid: use ${goQuote(canonical)}`];
  }
  if (address.v6 && canonical !== value) {
    return [`${path.toString()}: IPv6 address ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(canonical)})`];
  }
  return [];
}

function networkErrors(path: FieldPath, value: string, strict: boolean): FieldError[] {
  const network = parseNetwork(value);
  if (network === undefined) return [invalid(path, value, BAD_CIDR)];
  if (!strict) return [];
  if (network.leadingZeros) return [invalid(path, value, 'must not have leading 0s in IP or prefix length')];
  if (isMapped(network.address)) return [invalid(path, value, 'must not have an IPv4-mapped IPv6 address')];
  return hasHostBits(network) ? [invalid(path, value, 'must not have bits set beyond the prefix length')] : [];
}

function hasHostBits(network: Network): boolean {
  return !sameAddress(network.address, network.base);
}

/** A network in a field of new API: valid, strict and canonical. */
export function isValidCidr(path: FieldPath, value: string): FieldError[] {
  const errors = networkErrors(path, value, true);
  const network = parseNetwork(value);
  if (errors.length > 0 || network === undefined) return errors;
  const canonical = formatNetwork(network);
  return value === canonical ? [] : [invalid(path, value, canonicalMessage(canonical))];
}

/** A network in a field that predates strict checks; what the old object had is let through (KEP-4858). */
export function isValidCidrForLegacyField(path: FieldPath, value: string, strict = true, oldValues: readonly string[] = []): FieldError[] {
  return oldValues.includes(value) ? [] : networkErrors(path, value, strict);
}

/** Warnings about networks in forms that are tolerated; only for values that are valid. */
export function warningsForCidr(path: FieldPath, value: string): string[] {
  const network = parseNetwork(value);
  if (network === undefined) return [];
  const { address } = network;
  const base = formatNetwork(network);
  const warnings: string[] = [];
  if (hasHostBits(network)) {
    const single = `${formatAddress(address)}/${address.v6 ? '128' : '32'}`;
    warnings.push(
      `${path.toString()}: CIDR value ${goQuote(value)} is ambiguous in this context (should be ${goQuote(base)} or ${goQuote(single)}?)`,
    );
  }
  if (network.leadingZeros || isMapped(address)) {
    warnings.push(`${path.toString()}: non-standard CIDR value ${goQuote(value)} is invalid: use ${goQuote(base)}`);
  }
  if (warnings.length === 0 && address.v6 && base !== value) {
    warnings.push(`${path.toString()}: IPv6 CIDR value ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(base)})`);
  }
  return warnings;
}

/** An address with the length of its network's prefix, canonical: `192.168.1.5/24`. */
export function isValidInterfaceAddress(path: FieldPath, value: string): FieldError[] {
  const network = parseNetwork(value);
  if (network === undefined) return [invalid(path, value, BAD_INTERFACE)];
  const { address, prefix } = network;
  const canonical = `${formatAddress(address)}/${String(isMapped(address) && prefix > 32 ? prefix - 96 : prefix)}`;
  return value === canonical ? [] : [invalid(path, value, canonicalMessage(canonical))];
}
