import { expect, test } from 'vitest';
import { intValue, IntOrStringError, parseIntOrString, scaledValue } from '../../src/apimachinery/int-or-string.js';

test.each([
  [5, 5, 5],
  ['0%', 0, 0],
  ['33%', 13, 12],
  ['100%', 37, 37],
  ['-5%', -1, -2],
])('%s of 37 is %i rounded up and %i rounded down', (value, up, down) => {
  expect(scaledValue(value, 37, true)).toBe(up);
  expect(scaledValue(value, 37, false)).toBe(down);
});

test.each([
  ['5', 'invalid value for IntOrString: invalid type: string is not a percentage'],
  ['x%', 'invalid value for IntOrString: invalid value "x%": strconv.Atoi: parsing "x": invalid syntax'],
  [
    '99999999999999999999%',
    'invalid value for IntOrString: invalid value "99999999999999999999%": strconv.Atoi: parsing "99999999999999999999": value out of range',
  ],
])('%s is no share: %s', (value, message) => {
  expect(() => scaledValue(value, 37, true)).toThrow(new IntOrStringError(message));
});

test('a text becomes a number if it fits an int32', () => {
  expect([parseIntOrString('007'), parseIntOrString('2147483648'), parseIntOrString('http')]).toEqual([7, '2147483648', 'http']);
  expect([intValue('8080'), intValue('http'), intValue(3)]).toEqual([8080, 0, 3]);
});
