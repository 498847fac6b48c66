import { describe, expect, test } from 'vitest';
import { FieldPath } from '../../../src/apimachinery/field-path.js';
import { isIpv4, isIpv6, isIpv6Cidr, networkContains, parseAddress, parseNetwork } from '../../../src/apimachinery/ip.js';
import {
  isValidCidr,
  isValidCidrForLegacyField,
  isValidInterfaceAddress,
  isValidIp,
  isValidIpForLegacyField,
  warningsForCidr,
  warningsForIp,
} from '../../../src/apimachinery/validation/ip.js';

const path = FieldPath.of('f');
const BAD_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const BAD_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** The detail of the only fault, or nothing. */
function fault(errors: readonly { readonly detail: string }[]): string {
  expect(errors.length).toBeLessThan(2);
  return errors[0]?.detail ?? '';
}

// Verdicts, texts and warnings were checked against v1.36.2.
test.each([
  ['10.0.0.1', '', '', ''],
  ['2001:db8::1', '', '', ''],
  ['::', '', '', ''],
  ['', BAD_IP, BAD_IP, BAD_IP],
  ['10.0.0', BAD_IP, BAD_IP, BAD_IP],
  ['10.0.0.256', BAD_IP, BAD_IP, BAD_IP],
  ['1:2:3:4:5:6:7::', 'must be in canonical form ("1:2:3:4:5:6:7:0")', '', ''],
  ['1::2::3', BAD_IP, BAD_IP, BAD_IP],
  ['fe80::1%eth0', BAD_IP, BAD_IP, BAD_IP],
  ['2001:DB8::1', 'must be in canonical form ("2001:db8::1")', '', ''],
  ['010.0.0.1', 'must not have leading 0s', 'must not have leading 0s', ''],
  ['::00001', 'must not have leading 0s', 'must not have leading 0s', ''],
  ['::ffff:1.2.3.4', 'must not be an IPv4-mapped IPv6 address', 'must not be an IPv4-mapped IPv6 address', ''],
])('the address %j: new fields %j, old fields %j, leniently %j', (value, strict, legacy, lenient) => {
  expect(fault(isValidIp(path, value))).toBe(strict);
  expect(fault(isValidIpForLegacyField(path, value))).toBe(legacy);
  expect(fault(isValidIpForLegacyField(path, value, false))).toBe(lenient);
  expect(fault(isValidIpForLegacyField(path, value, true, [value]))).toBe('');
});

test.each([
  ['10.0.0.0/8', '', ''],
  ['2001:db8::/64', '', ''],
  ['10.0.0.0', BAD_CIDR, BAD_CIDR],
  ['10.0.0.0/33', BAD_CIDR, BAD_CIDR],
  ['10.0.0.0/8/8', BAD_CIDR, BAD_CIDR],
  ['10.0.0.0/08', 'must not have leading 0s in IP or prefix length', ''],
  ['10.0.0.1/8', 'must not have bits set beyond the prefix length', ''],
  ['::ffff:10.0.0.0/104', 'must not have an IPv4-mapped IPv6 address', ''],
])('the network %j: strictly %j, leniently %j', (value, strict, lenient) => {
  expect(fault(isValidCidr(path, value))).toBe(strict);
  expect(fault(isValidCidrForLegacyField(path, value))).toBe(strict);
  expect(fault(isValidCidrForLegacyField(path, value, false))).toBe(lenient);
  expect(fault(isValidCidrForLegacyField(path, value, true, [value]))).toBe('');
});

test('a network of a new field must be canonical', () => {
  expect(fault(isValidCidr(path, '2001:DB8::/32'))).toBe('must be in canonical form ("2001:db8::/32")');
});

test.each([
  ['192.168.1.5/24', ''],
  ['2001:db8::1/64', ''],
  ['192.168.1.5', 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)'],
  ['::ffff:192.168.0.1/120', 'must be in canonical form ("192.168.0.1/24")'],
])('the interface address %j: %j', (value, expected) => {
  expect(fault(isValidInterfaceAddress(path, value))).toBe(expected);
});

describe('warnings', () => {
  test.each([
    ['10.0.0.1', []],
    ['010.0.0.1', ['f: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"']],
    ['::ffff:1.2.3.4', ['f: non-standard IP address "::ffff:1.2.3.4" is invalid: use "1.2.3.4"']],
    ['2001:DB8::1', ['f: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")']],
    ['nonsense', []],
  ])('about the address %s', (value, expected) => {
    expect(warningsForIp(path, value)).toEqual(expected);
  });

  test.each([
    ['10.0.0.0/8', []],
    ['10.0.0.1/8', ['f: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)']],
    ['010.0.0.0/8', ['f: non-standard CIDR value "010.0.0.0/8" is invalid: use "10.0.0.0/8"']],
    ['2001:DB8::/32', ['f: IPv6 CIDR value "2001:DB8::/32" should be in RFC 5952 canonical format ("2001:db8::/32")']],
    ['nonsense', []],
  ])('about the network %s', (value, expected) => {
    expect(warningsForCidr(path, value)).toEqual(expected);
  });
});

describe('families and membership', () => {
  test.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::a00:1', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['0.0.0.0/0', '255.255.255.255', true],
  ])('%s has %s in it: %s', (network, address, expected) => {
    const within = parseNetwork(network);
    const member = parseAddress(address);
    expect(within !== undefined && member !== undefined && networkContains(within, member)).toBe(expected);
  });

  test('addresses belong to one family', () => {
    expect([
      isIpv4('1.2.3.4'),
      isIpv6('1.2.3.4'),
      isIpv4('::1'),
      isIpv6('::1'),
      isIpv4('x'),
      isIpv6Cidr('::/0'),
      isIpv6Cidr('0.0.0.0/0'),
    ]).toEqual([true, false, false, true, false, true, false]);
  });
});
