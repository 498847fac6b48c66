import { namespacePrefix } from '../key-order.js';
import type { ListOptions, ListResult, Stored } from '../storage.js';
import { chunksFrom, restAfter, type Chunk, type Run } from './chunks.js';

/** Cuts the part that the options ask for out of a row of runs; looks at no object before the page and at none behind it. */
export function page<T>(runs: readonly Run<T>[], options: ListOptions<T>, revision: number): ListResult<T> {
  const { after, filter } = options;
  const limit = options.limit !== undefined && options.limit > 0 ? options.limit : Infinity;
  const { chunks, skip } =
    after === undefined ? { chunks: chunksFrom(runs, 0), skip: 0 } : restAfter(runs, namespacePrefix(after.namespace), after.name);
  const items: Stored<T>[] = [];
  for (let index = 0, item = skip; index < chunks.length; index++, item = 0) {
    const chunk = chunks[index] ?? [];
    for (; item < chunk.length; item++) {
      if (items.length >= limit) return { items, revision, more: true, remaining: sizeFrom(chunks, index) - item };
      const stored = chunk[item];
      if (stored !== undefined && (filter === undefined || filter(stored.value))) items.push(stored);
    }
  }
  return { items, revision, more: false, remaining: 0 };
}

function sizeFrom<T>(chunks: readonly Chunk<T>[], first: number): number {
  let size = 0;
  for (let index = first; index < chunks.length; index++) size += chunks[index]?.length ?? 0;
  return size;
}
