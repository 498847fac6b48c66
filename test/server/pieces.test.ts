import { describe, expect, it } from 'vitest';
import { inChunks, lengthOf } from '../../src/server/pieces.js';

describe('bodies in pieces', () => {
  it.each([
    { title: 'pieces smaller than a chunk', pieces: ['ab', 'c', 'defg', 'h'], size: 3, chunks: ['abc', 'def', 'gh'] },
    { title: 'a piece larger than chunks', pieces: ['a', 'bcdefghij'], size: 4, chunks: ['abcd', 'efgh', 'ij'] },
    { title: 'pieces that end with a chunk', pieces: ['abc', 'def'], size: 3, chunks: ['abc', 'def'] },
    { title: 'less than a chunk', pieces: ['ab', '', 'c'], size: 10, chunks: ['abc'] },
    { title: 'nothing', pieces: [], size: 10, chunks: [] },
  ])('joins $title', ({ pieces, size, chunks }) => {
    const buffers = pieces.map((piece) => Buffer.from(piece));
    const joined = [...inChunks(buffers, lengthOf(buffers), size)].map((chunk) => chunk.toString());
    expect(joined).toEqual(chunks);
  });
});
