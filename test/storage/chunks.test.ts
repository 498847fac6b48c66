import { expect, test } from 'vitest';
import { concatenate } from '../../src/storage/memory/chunks.js';
import { StoredRecord } from '../../src/storage/memory/record.js';

test('more chunks than fit on the stack are put together in order', () => {
  const one = Array.from({ length: 300_000 }, (_, index) => [new StoredRecord({ bucket: '', namespace: '', name: '' }, index, index)]);
  const all = concatenate(one);
  expect(all).toHaveLength(one.length);
  expect(all.findIndex((stored, index) => stored.value !== index)).toBe(-1);
});
