import { describe, expect, test } from 'vitest';
import { compareBytes, compareKeys, namespacePrefix } from '../../src/storage/key-order.js';

const texts = [
  '',
  'a',
  'a-b',
  'a.b',
  'a/b',
  'ab',
  'b',
  'B',
  'ä',
  '中',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '\u{10000}',
  '📦',
  '📦a',
  '\u{10ffff}',
];

describe('the order of keys', () => {
  test('is that of their UTF-8 bytes', () => {
    for (const left of texts) {
      for (const right of texts) {
        expect(Math.sign(compareBytes(left, right)), `${left} ${right}`).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
      }
    }
  });

  test('compares the slash behind the namespace with what stands in a longer one', () => {
    const places = ['a', 'a-b', 'a.b', 'a0', 'ab', 'b'].flatMap((namespace) => ['x', 'x-y', 'xy'].map((name) => ({ namespace, name })));
    const asPath = ({ namespace, name }: { namespace: string; name: string }): string => namespacePrefix(namespace) + name;
    for (const left of places) {
      for (const right of places) {
        const expected = Buffer.compare(Buffer.from(asPath(left)), Buffer.from(asPath(right)));
        expect(Math.sign(compareKeys(left, right))).toBe(expected);
      }
    }
  });
});
