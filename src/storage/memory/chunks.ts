import type { Stored } from '../storage.js';
import { compareBytes } from '../key-order.js';

/** A part of the objects of one namespace, in key order and never empty. */
export type Chunk<T> = readonly Stored<T>[];

/** The index of the first chunk that has an item not before `name`; the number of chunks if there is none. */
export function chunkIndex<T>(chunks: readonly Chunk<T>[], name: string, byteOrder: boolean): number {
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const chunk = chunks[middle];
    const last = chunk?.[chunk.length - 1];
    if (last !== undefined && isBefore(last, name, byteOrder)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the first item not before `name`. */
export function itemIndex<T>(chunk: Chunk<T>, name: string, byteOrder: boolean): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = chunk[middle];
    if (item !== undefined && isBefore(item, name, byteOrder)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore<T>(item: Stored<T>, name: string, byteOrder: boolean): boolean {
  return byteOrder ? compareBytes(item.key.name, name) < 0 : item.key.name < name;
}

/** The objects of one namespace; a bucket is a row of them in key order. */
export interface Run<T> {
  /** The key up to the name. */
  readonly prefix: string;
  readonly chunks: readonly Chunk<T>[];
  /** Some name is not ordered by `<`. If none is, `<` also orders them against any other name. */
  readonly byteOrder: boolean;
}

/** The index of the first run whose prefix is not before `prefix`. */
export function runIndex(runs: readonly { readonly prefix: string }[], prefix: string): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const run = runs[middle];
    if (run !== undefined && compareBytes(run.prefix, prefix) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is left of a row of runs behind a key, whether or not the key is there: whole chunks, the first from an item on. */
export interface Rest<T> {
  readonly chunks: readonly Chunk<T>[];
  readonly skip: number;
}

/** The rest behind the key with this prefix and name. */
export function restAfter<T>(runs: readonly Run<T>[], prefix: string, name: string): Rest<T> {
  const index = runIndex(runs, prefix);
  const run = runs[index];
  if (run === undefined || run.prefix !== prefix) return { chunks: chunksFrom(runs, index), skip: 0 };
  const first = chunkIndex(run.chunks, name, run.byteOrder);
  const chunk = run.chunks[first] ?? [];
  const item = itemIndex(chunk, name, run.byteOrder);
  const skip = chunk[item]?.key.name === name ? item + 1 : item;
  return { chunks: [...run.chunks.slice(first), ...chunksFrom(runs, index + 1)], skip };
}

/** The chunks of all runs from an index on. */
export function chunksFrom<T>(runs: readonly Run<T>[], index: number): Chunk<T>[] {
  const chunks: Chunk<T>[] = [];
  for (let run = index; run < runs.length; run++) for (const chunk of runs[run]?.chunks ?? []) chunks.push(chunk);
  return chunks;
}

/** Arguments in one call of `concat`, which copies whole arrays far faster than a loop does but takes them on the stack. */
const batch = 1000;

/** All objects in one new array. */
export function concatenate<T>(chunks: readonly Chunk<T>[]): Chunk<T> {
  const none: Stored<T>[] = [];
  if (chunks.length <= batch) return none.concat(...chunks);
  const parts: Chunk<T>[] = [];
  for (let start = 0; start < chunks.length; start += batch) parts.push(none.concat(...chunks.slice(start, start + batch)));
  return concatenate(parts);
}
