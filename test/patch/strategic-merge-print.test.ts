import { describe, expect, it } from 'vitest';
import { goMapString, goStringVerb, goValueType } from '../../src/patch/strategic-merge-print.js';
import type { JsonValue } from '../../src/schema/type.js';

describe('values as Go prints them', () => {
  it.each<[value: JsonValue, printed: string]>([
    [{}, 'map[]'],
    [{ b: 1, a: 'x y', 'a-': true, A: null }, 'map[A:<nil> a:x y a-:true b:1]'],
    [{ a: { b: [{ c: [] }, 'd', 2] } }, 'map[a:map[b:[map[c:[]] d 2]]]'],
    [-0, '0'],
    [-17, '-17'],
    [1e15, '1000000000000000'],
    [9007199254740992, '9007199254740992'],
    [1e20, '1e+20'],
    [1.5e23, '1.5e+23'],
    [1.5, '1.5'],
    [-123456.5, '-123456.5'],
    [1234567.5, '1.2345675e+06'],
    [0.000123, '0.000123'],
    [0.00001, '1e-05'],
    [1e-7, '1e-07'],
  ])('%j', (value, printed) => {
    expect(goMapString(value)).toBe(printed);
  });

  it.each<[value: JsonValue, printed: string]>([
    ['x', 'x'],
    [null, '%!s(<nil>)'],
    [5, '%!s(int64=5)'],
    [1.5, '%!s(float64=1.5)'],
    [true, '%!s(bool=true)'],
    [{ a: 1, b: null }, 'map[a:%!s(int64=1) b:<nil>]'],
  ])('%j with %%s', (value, printed) => {
    expect(goStringVerb(value)).toBe(printed);
  });

  it('have the type names of Go', () => {
    expect([null, [], {}, true, 1, 1.5, 'x'].map((value) => goValueType(value))).toEqual([
      '%!s(<nil>)',
      '[]interface {}',
      'map[string]interface {}',
      'bool',
      'int64',
      'float64',
      'string',
    ]);
  });
});
