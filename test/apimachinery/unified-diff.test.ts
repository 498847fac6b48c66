import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../src/apimachinery/unified-diff.js';

/** One line a number, after a bracket. */
const list = (from: number, to: number, without: readonly number[] = []): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i).filter((item) => !without.includes(item));

const CASES: readonly (readonly [title: string, before: unknown, after: unknown, diff: string])[] = [
  ['nothing', { a: 1 }, { a: 1 }, ''],
  [
    'a value within, with three lines around it',
    { a: 1, b: { c: 2, d: 3, e: 4, f: 5, g: 6 }, h: 7 },
    { a: 1, b: { c: 2, d: 3, e: 9, f: 5, g: 6 }, h: 7 },
    '@@ -3,7 +3,7 @@\n  "b": {\n   "c": 2,\n   "d": 3,\n-  "e": 4,\n+  "e": 9,\n   "f": 5,\n   "g": 6\n  },\n',
  ],
  ['the whole', null, { a: 1 }, '@@ -1 +1,3 @@\n-null\n+{\n+ "a": 1\n+}\n'],
  [
    'two places near each other in one',
    list(0, 9),
    list(0, 9, [2, 5]),
    '@@ -1,10 +1,8 @@\n [\n  0,\n  1,\n- 2,\n  3,\n  4,\n- 5,\n  6,\n  7,\n  8\n',
  ],
  [
    'two places far from each other apart',
    list(0, 14),
    list(0, 14, [2, 10]),
    '@@ -1,7 +1,6 @@\n [\n  0,\n  1,\n- 2,\n  3,\n  4,\n  5,\n@@ -9,7 +8,6 @@\n  7,\n  8,\n  9,\n- 10,\n  11,\n  12,\n  13\n',
  ],
  ['something in an empty list', { a: [] }, { a: [1] }, '@@ -1,3 +1,5 @@\n {\n- "a": []\n+ "a": [\n+  1\n+ ]\n }\n'],
  ["Go's escapes", ['<'], ['>'], '@@ -1,3 +1,3 @@\n [\n- "\\u003c"\n+ "\\u003e"\n ]\n'],
];

describe('A unified diff', () => {
  it.each(CASES)('shows %s', (_title, before, after, diff) => {
    expect(unifiedDiff(before, after)).toBe(diff);
  });

  it('begins no match at lines that a long text is full of', () => {
    const many = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? i : 'x'));
    const diff = unifiedDiff(many, [...many.slice(0, 150), 'new', ...many.slice(150)]);
    expect(diff).toBe('@@ -149,6 +149,7 @@\n  147,\n  "x",\n  "x",\n+ "new",\n  150,\n  "x",\n  "x",\n');
  });
});
