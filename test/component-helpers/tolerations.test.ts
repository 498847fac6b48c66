import { describe, expect, it } from 'vitest';
import { findUntoleratedTaint, toleratesTaint } from '../../src/component-helpers/tolerations.js';
import type { Taint, Toleration } from '../../src/schema/generated/core-v1.js';

const taint: Taint = { key: 'dedicated', value: 'batch', effect: 'NoSchedule' };

describe('toleratesTaint', () => {
  const cases: readonly [string, Toleration, boolean][] = [
    ['the same key, value and effect', { key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoSchedule' }, true],
    ['no operator means Equal', { key: 'dedicated', value: 'batch' }, true],
    ['another value', { key: 'dedicated', value: 'web' }, false],
    ['Exists whatever the value', { key: 'dedicated', operator: 'Exists' }, true],
    ['Exists without a key', { operator: 'Exists' }, true],
    ['another key', { key: 'gpu', operator: 'Exists' }, false],
    ['another effect', { key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }, false],
    ['a comparison, which is off', { key: 'dedicated', operator: 'Gt', value: '1' }, false],
  ];
  it.each(cases)('%s', (_, toleration, expected) => {
    expect(toleratesTaint(toleration, taint)).toBe(expected);
  });
});

describe('findUntoleratedTaint', () => {
  it('names the first taint that nothing tolerates and whose effect counts', () => {
    const soft: Taint = { key: 'soft', effect: 'PreferNoSchedule' };
    const gone: Taint = { key: 'gone', effect: 'NoExecute' };
    expect(findUntoleratedTaint([soft, taint, gone], [{ key: 'dedicated', operator: 'Exists' }])).toEqual(gone);
    expect(findUntoleratedTaint([soft], [])).toBeUndefined();
    expect(findUntoleratedTaint([soft], undefined, ['PreferNoSchedule'])).toEqual(soft);
    expect(findUntoleratedTaint(undefined, [])).toBeUndefined();
  });
});
