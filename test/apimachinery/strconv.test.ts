import { expect, test } from 'vitest';
import { parseInt64, parseUint64 } from '../../src/apimachinery/strconv.js';

test.each([
  ['0', 0n],
  ['-5', -5n],
  ['+5', 5n],
  ['0000000000000000000000007', 7n],
  ['9223372036854775807', 9223372036854775807n],
  ['-9223372036854775808', -9223372036854775808n],
  ['many', 'strconv.ParseInt: parsing "many": invalid syntax'],
  ['', 'strconv.ParseInt: parsing "": invalid syntax'],
  ['1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
  ['--1', 'strconv.ParseInt: parsing "--1": invalid syntax'],
  ['9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
  ['99999999999999999999x', 'strconv.ParseInt: parsing "99999999999999999999x": value out of range'],
])('ParseInt of %j is %s', (text, expected) => {
  expect(parseInt64(text)).toBe(expected);
});

test('integers of 32 bits and unsigned ones have bounds of their own', () => {
  expect(parseInt64('2147483648', 32)).toBe('strconv.ParseInt: parsing "2147483648": value out of range');
  expect(parseUint64('18446744073709551615')).toBe(2n ** 64n - 1n);
  expect(parseUint64('18446744073709551616')).toBe('strconv.ParseUint: parsing "18446744073709551616": value out of range');
  expect(parseUint64('-1')).toBe('strconv.ParseUint: parsing "-1": invalid syntax');
});
