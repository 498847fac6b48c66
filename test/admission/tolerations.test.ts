import { describe, expect, it } from 'vitest';
import { areAllowed, mergeTolerations } from '../../src/admission/tolerations.js';
import type { Toleration } from '../../src/schema/generated/core-v1.js';

const exists = (key: string, more: Partial<Toleration> = {}): Toleration => ({ key, operator: 'Exists', effect: 'NoSchedule', ...more });
const equal = (key: string, value: string, more: Partial<Toleration> = {}): Toleration => ({
  key,
  operator: 'Equal',
  value,
  effect: 'NoSchedule',
  ...more,
});
const everything: Toleration = { operator: 'Exists' };

describe('Tolerations', () => {
  it.each<[string, Toleration[], Toleration[], Toleration[]]>([
    ['that are equal count once', [exists('a')], [exists('a')], [exists('a')]],
    ['of other keys come after', [exists('a')], [exists('b')], [exists('a'), exists('b')]],
    ['of one value go with those of any', [equal('a', '1')], [exists('a')], [exists('a')]],
    ['of any value swallow those of one', [exists('a')], [equal('a', '1')], [exists('a')]],
    ['of all taints swallow all', [exists('a'), equal('b', '1')], [everything], [everything]],
    ['of another value stay', [equal('a', '1')], [equal('a', '2')], [equal('a', '1'), equal('a', '2')]],
    ['of every effect swallow those of one', [exists('a', { effect: undefined })], [exists('a')], [exists('a', { effect: undefined })]],
    [
      'for a time go with those for longer',
      [exists('a', { effect: 'NoExecute', tolerationSeconds: 5 })],
      [exists('a', { effect: 'NoExecute', tolerationSeconds: 9 })],
      [exists('a', { effect: 'NoExecute', tolerationSeconds: 9 })],
    ],
    [
      'for ever are more than those for a time',
      [exists('a', { effect: 'NoExecute', tolerationSeconds: 5 })],
      [exists('a', { effect: 'NoExecute' })],
      [exists('a', { effect: 'NoExecute' })],
    ],
  ])('%s', (_, first, second, merged) => {
    expect(mergeTolerations(first, second)).toEqual(merged);
  });

  it('are allowed where something as wide is, or nothing is said', () => {
    expect(areAllowed([exists('a')], [])).toBe(true);
    expect(areAllowed([equal('a', '1')], [exists('a')])).toBe(true);
    expect(areAllowed([exists('a'), exists('b')], [exists('a')])).toBe(false);
  });
});
