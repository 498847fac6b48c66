import { describe, expect, it } from 'vitest';
import { Intervals } from '../../../src/controllers/workloads/job/intervals.js';
import { matchSuccessPolicy } from '../../../src/controllers/workloads/job/success-policy.js';

describe('completion indexes', () => {
  it.each([
    [[3, 1, 2], '1-3'],
    [[0, 1], '0,1'],
    [[5], '5'],
    [[0, 2, 3, 4, 9], '0,2-4,9'],
    [[], ''],
  ])('%j are written as "%s"', (indexes, text) => {
    expect(Intervals.of(indexes).toString()).toBe(text);
  });

  it('that the job does not have any more are dropped when they are read', () => {
    expect(Intervals.parse('0,2-5,7', 4).toString()).toBe('0,2,3');
    expect(Intervals.parse('x,1', 4).toString()).toBe('1');
  });

  it('are found, joined and counted', () => {
    const some = Intervals.parse('1,3-5', 10);
    expect([0, 1, 2, 3, 5, 6].map((index) => some.has(index))).toEqual([false, true, false, true, true, false]);
    expect(some.with(Intervals.of([2, 9])).toString()).toBe('1-5,9');
    expect(some.total).toBe(4);
    expect(some.countCommon(Intervals.of([0, 1, 4, 5, 6]))).toBe(3);
  });

  it('that are missing come in order, as many as are asked for', () => {
    const some = Intervals.parse('1,3-5', 10);
    expect(some.firstMissing(3, 10)).toEqual([0, 2, 6]);
    expect(some.firstMissing(9, 8)).toEqual([0, 2, 6, 7]);
  });
});

describe('matchSuccessPolicy', () => {
  it.each([
    ['all named indexes', { succeededIndexes: '0,2' }, [0, 1, 2], 'Matched rules at index 0'],
    ['only some of them', { succeededIndexes: '0,2' }, [0, 1], undefined],
    ['enough of them', { succeededIndexes: '0,2', succeededCount: 1 }, [2], 'Matched rules at index 0'],
    ['enough of any', { succeededCount: 2 }, [3, 4], 'Matched rules at index 0'],
    ['none at all', { succeededCount: 0 }, [], undefined],
  ])('with %s', (_, rule, succeeded, message) => {
    expect(matchSuccessPolicy({ rules: [rule] }, 5, Intervals.of(succeeded))).toBe(message);
  });
});
