import { union } from './field-set.js';
import { type Managed, managerId, Owned } from './managers.js';
import { compareText } from './order.js';

/** How many entries of updates an object keeps (Go: DefaultMaxUpdateManagers). */
const MAX_UPDATERS = 10;

/** Stands for the oldest updates, one entry a version. */
const ANCIENT_CHANGES = 'ancient-changes';

/** Puts the oldest updaters together while there are too many. Changes its argument. */
export function capUpdaters({ owners, times }: Managed): void {
  if (owners.size <= MAX_UPDATERS) return;
  const updaters = [...owners.values()].filter((owned) => !owned.applied);
  let count = updaters.length;
  if (count <= MAX_UPDATERS) return;
  const oldestFirst = updaters
    .map((owned) => ({ owned, seconds: secondsOf(times.get(owned.id.key)) }))
    .sort((a, b) => a.seconds - b.seconds || compareText(a.owned.id.key, b.owned.id.key));
  const firstOfVersion = new Map<string, Owned>();
  for (const { owned } of oldestFirst) {
    if (count <= MAX_UPDATERS) return;
    const first = firstOfVersion.get(owned.apiVersion);
    if (first === undefined) {
      firstOfVersion.set(owned.apiVersion, owned);
      continue;
    }
    const id = managerId(ANCIENT_CHANGES, 'Update', owned.apiVersion, '');
    let bucket = owners.get(id.key);
    if (bucket === undefined) {
      owners.delete(first.id.key);
      bucket = first;
    }
    owners.set(id.key, new Owned(id, union(owned.set, bucket.set), owned.apiVersion, owned.applied));
    // As upstream: where the bucket itself comes second, its fields are lost here.
    owners.delete(owned.id.key);
    count--;
    times.set(id.key, times.get(owned.id.key));
  }
}

function secondsOf(time: string | undefined): number {
  return time === undefined ? 0 : Date.parse(time);
}
