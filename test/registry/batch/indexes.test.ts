import { describe, expect, it } from 'vitest';
import { countIndexes, firstCommonIndex, IndexesError } from '../../../src/registry/batch/indexes.js';

describe('Completion indexes', () => {
  it.each([
    ['', 0],
    ['0', 1],
    ['0,2-4,9', 5],
    ['-1', -1],
  ])('%j are counted or refused', (text, expected) => {
    if (expected >= 0) expect(countIndexes(text, 10)).toBe(expected);
    else expect(() => countIndexes(text, 10)).toThrow(IndexesError);
  });

  it.each([
    ['10', 'too large index: "10"'],
    ['1-10', 'too large index: "10"'],
    ['2,2', 'non-increasing order, previous: 2, current: 2'],
    ['0-3,2', 'non-increasing order, previous: 3, current: 2'],
    ['3-3', 'non-increasing order, previous: 3, current: 3'],
    ['x', 'cannot convert string to integer for index: "x"'],
    ['1-', 'cannot convert string to integer for index: ""'],
    ['1-2-3', `the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by '-'`],
  ])('%s: %s', (text, message) => {
    expect(() => countIndexes(text, 10)).toThrow(message);
  });

  it.each([
    ['0-3', '3', 3],
    ['0,2,4', '1,3,4-5', 4],
    ['5-9', '0-4', undefined],
    ['x,3', '3', 3],
    ['', '3', undefined],
  ])('%j and %j share %s', (completed, failed, common) => {
    expect(firstCommonIndex(completed, failed, 10)).toBe(common);
  });
});
