/**
 * The conformance kit: what every storage must do, as named cases that any test
 * runner can run.
 *
 *     for (const { title, run } of storageConformance(open, assert)) test(title, run);
 *
 * Cases use nothing but the interface, wait for events instead of sleeping, and
 * start from a fresh storage each.
 */
import type { CompactionCapable, SnapshotCapable } from '../capabilities.js';
import type { Stamp, Storage } from '../storage.js';
import { listCases } from './lists.js';
import { pageCases } from './pages.js';
import { pastCases } from './past.js';
import { raceCases } from './races.js';
import { stampSample, type Sample } from './sample.js';
import { snapshotCases } from './snapshots.js';
import { Trial, type Assert, type StorageCase } from './trial.js';
import { watchCases } from './watches.js';
import { writeCases } from './writes.js';

export type { Assert, Sample };

/** Opens a fresh, empty storage that keeps at least the last 1,000 events of a bucket. */
export type OpenStorage<S extends Storage<Sample>> = (stamp: Stamp<Sample>) => S | Promise<S>;

/** One case, ready to run. */
export interface ConformanceTest {
  readonly title: string;
  /** Rejects if the storage does not conform. */
  run(): Promise<void>;
}

/** The cases for every storage. */
export function storageConformance(open: OpenStorage<Storage<Sample> & CompactionCapable>, assert: Assert): readonly ConformanceTest[] {
  return ready([...writeCases, ...listCases, ...pageCases, ...pastCases, ...watchCases, ...raceCases], open, assert);
}

/** The cases for a storage that is `SnapshotCapable`. */
export function snapshotConformance(
  open: OpenStorage<Storage<Sample> & SnapshotCapable<Sample>>,
  assert: Assert,
): readonly ConformanceTest[] {
  return ready(snapshotCases, open, assert);
}

function ready<S extends Storage<Sample>>(
  cases: readonly StorageCase<S>[],
  open: OpenStorage<S>,
  assert: Assert,
): readonly ConformanceTest[] {
  const fresh = async (): Promise<S> => open(stampSample);
  return cases.map(({ title, run }) => ({
    title,
    async run() {
      const storage = await fresh();
      try {
        await run(new Trial(storage, assert, fresh));
      } finally {
        await storage.close();
      }
    },
  }));
}
