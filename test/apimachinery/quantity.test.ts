import { describe, expect, test } from 'vitest';
import { canonicalQuantity, parseQuantity, parseQuantityJson, Quantity, QuantityError } from '../../src/apimachinery/quantity.js';

const FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NUMERIC = 'unable to parse numeric part of quantity';
const SUFFIX = "unable to parse quantity's suffix";

describe('parsing', () => {
  // Each pair was checked against resource.ParseQuantity of v1.36.2.
  test.each([
    ['0', '0'],
    ['1', '1'],
    ['100m', '100m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1.5', '1500m'],
    ['0.1', '100m'],
    ['1000', '1k'],
    ['1000000k', '1G'],
    ['16Mi', '16Mi'],
    ['1024Ki', '1Mi'],
    ['1025Ki', '1025Ki'],
    ['1.5Gi', '1536Mi'],
    ['0.5Ki', '512'],
    ['0.1Ki', '102400m'],
    ['1e3', '1e3'],
    ['1E3', '1E3'],
    ['10e2', '1e3'],
    ['12e-3', '12e-3'],
    ['1e-10', '1e-9'],
    ['0.1n', '1n'],
    ['-1.5', '-1500m'],
    ['-0.0000000001', '-1n'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['-12345678901234567890.5', '-12345678901234567890500m'],
    ['9000Ei', '9223372036854775807'],
  ])('%s is written as %s', (text, canonical) => {
    expect(parseQuantity(text).toString()).toBe(canonical);
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  test.each([
    ['+5', '+5'],
    ['005', '005'],
    ['1.', '1.'],
    ['1.500', '1.500'],
    ['.', '0'],
    ['-', '0'],
    ['Ki', '0'],
    ['1000E', '1'],
    ['1e4294967297', '10'],
    ['1e2147483647', '10e2147483646'],
  ])("%s keeps the real server's odd form %s", (text, written) => {
    expect(canonicalQuantity(text)).toBe(written);
  });

  test.each([
    ['', FORMAT],
    ['x', FORMAT],
    ['1x', FORMAT],
    ['1 ', FORMAT],
    ['1.5.5', FORMAT],
    ['1e1.5', FORMAT],
    ['1e', SUFFIX],
    ['1K', SUFFIX],
    ['1mi', SUFFIX],
    ['1e99999999999999999999', SUFFIX],
    ['e-10', NUMERIC],
    ['.e-10', NUMERIC],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseQuantity(text)).toThrow(new QuantityError(message));
  });

  test('JSON numbers and strings with blanks around are taken', () => {
    expect(parseQuantityJson(2).toString()).toBe('2');
    expect(parseQuantityJson(0.25).toString()).toBe('250m');
    expect(parseQuantityJson(' 1Gi\n').toString()).toBe('1Gi');
  });
});

describe('arithmetic', () => {
  const q = parseQuantity;

  test.each([
    ['1', '1000m', 0],
    ['1Ki', '1k', 1],
    ['-1', '1', -1],
    ['100m', '0.2', -1],
    ['9223372036854775807', '9223372036854775808', -1],
    ['1e2147483647', '1', 1],
    ['-1e2147483647', '1e-9', -1],
    ['0', '0Mi', 0],
  ])('%s compared with %s is %i', (a, b, expected) => {
    expect(q(a).compare(q(b))).toBe(expected);
    expect(q(b).compare(q(a))).toBe(expected === 0 ? 0 : -expected);
    expect(q(a).equals(q(b))).toBe(expected === 0);
  });

  test.each([
    ['1', '500m', '1500m', '500m'],
    ['1Gi', '512Mi', '1536Mi', '512Mi'],
    ['0', '1Mi', '1Mi', '-1Mi'],
    ['1Mi', '0', '1Mi', '1Mi'],
    ['9223372036854775807', '1', '9223372036854775808', '9223372036854775806'],
    ['1', '1n', '1000000001n', '999999999n'],
  ])('%s and %s: the sum is %s, the difference %s', (a, b, sum, difference) => {
    expect(q(a).add(q(b)).toString()).toBe(sum);
    expect(q(a).sub(q(b)).toString()).toBe(difference);
  });

  test('adding exponents that are worlds apart stays cheap', () => {
    expect(q('1e2147483646').add(q('1')).compare(q('1e2147483645'))).toBe(1);
  });

  test('values are rounded away from zero', () => {
    expect([q('1.1').value(), q('-1.1').value(), q('1Gi').value(), q('1n').milliValue(), q('1500m').milliValue()]).toEqual([
      2,
      -2,
      2 ** 30,
      1,
      1500,
    ]);
    expect(q('1.0001').roundUp(-3).toString()).toBe('1001m');
    expect(q('1.001').roundUp(-3).toString()).toBe('1.001');
  });

  test('only what the server holds as an int64 is an integer', () => {
    expect(q('5').asInt64()).toBe(5n);
    expect(q('1Gi').asInt64()).toBe(2n ** 30n);
    expect(q('1E').asInt64()).toBe(10n ** 18n);
    expect(q('1000m').asInt64()).toBeUndefined();
    expect(q('1.5Gi').asInt64()).toBeUndefined();
    expect(q('1Ei').asInt64()).toBeUndefined();
    expect(q('100E').asInt64()).toBeUndefined();
  });

  test('sign, zero, negation and multiplication', () => {
    expect([q('-1m').sign(), q('0').sign(), q('1').sign()]).toEqual([-1, 0, 1]);
    expect(q('0Ki').isZero()).toBe(true);
    expect(q('100m').neg().toString()).toBe('-100m');
    expect(q('100m').mul(30).toString()).toBe('3');
    expect(Quantity.of(1536 * 2 ** 20, 0, 'BinarySI').toString()).toBe('1536Mi');
    expect(q('2500m').approximateNumber()).toBeCloseTo(2.5);
  });
});
