import { compareBytes, namespacePrefix, needsByteOrder } from '../key-order.js';
import type { Stored, StorageEvent } from '../storage.js';
import { concatenate, runIndex, type Chunk, type Run } from './chunks.js';

/** What each name held before some event: a version, or nothing. */
type Before<T> = Map<string, Stored<T> | undefined>;

/**
 * The runs as they stood before `events` (all events of the bucket since then, oldest first): the first event that
 * touches a key tells what the key held. Nothing of the result changes any more.
 */
export function undo<T>(runs: readonly (Run<T> & { all(): Chunk<T> })[], events: readonly StorageEvent<T>[]): readonly Run<T>[] {
  const past: Run<T>[] = runs.map((run) => ({ prefix: run.prefix, chunks: [run.all()], byteOrder: run.byteOrder }));
  for (const [namespace, before] of touched(events)) {
    const prefix = namespacePrefix(namespace);
    const index = runIndex(past, prefix);
    const now = past[index];
    if (now?.prefix === prefix) past[index] = rebuilt(prefix, concatenate(now.chunks), before);
    else past.splice(index, 0, rebuilt(prefix, [], before));
  }
  return past;
}

function touched<T>(events: readonly StorageEvent<T>[]): Map<string, Before<T>> {
  const namespaces = new Map<string, Before<T>>();
  for (const { current, previous } of events) {
    const { namespace, name } = current.key;
    let before = namespaces.get(namespace);
    if (before === undefined) namespaces.set(namespace, (before = new Map()));
    if (!before.has(name)) before.set(name, previous);
  }
  return namespaces;
}

function rebuilt<T>(prefix: string, items: Chunk<T>, before: Before<T>): Run<T> {
  const past = items.filter((item) => !before.has(item.key.name));
  for (const version of before.values()) if (version !== undefined) past.push(version);
  past.sort((left, right) => compareBytes(left.key.name, right.key.name));
  return { prefix, chunks: [past], byteOrder: past.some((item) => needsByteOrder(item.key.name)) };
}
