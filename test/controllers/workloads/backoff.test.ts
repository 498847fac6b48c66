import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/component-helpers/pods.js';
import { nextRecord, NO_FAILURES, remainingBackoff } from '../../../src/controllers/workloads/job/backoff.js';

const NOON = Date.UTC(2026, 0, 1, 12);
const ended = (secondsAfterNoon: number): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: {},
  status: {
    containerStatuses: [
      { state: { terminated: { finishedAt: new Date(NOON + secondsAfterNoon * 1000).toISOString().replace('.000', '') } }, lastState: {} },
    ],
  },
});

describe('the back-off of jobs', () => {
  it('doubles with each failure, up to ten minutes', () => {
    const waits = [1, 2, 3, 7, 20].map((failures) => remainingBackoff({ failures, lastFailure: NOON }, NOON) / 1000);
    expect(waits).toEqual([10, 20, 40, 600, 600]);
    expect(remainingBackoff({ failures: 1, lastFailure: NOON }, NOON + 4000)).toBe(6000);
    expect(remainingBackoff(NO_FAILURES, NOON)).toBe(0);
  });

  it('begins anew after a success, with the failures that came after it', () => {
    const before = nextRecord(NO_FAILURES, [], [ended(1), ended(2)]);
    expect(before).toEqual({ failures: 2, lastFailure: NOON + 2000 });
    expect(nextRecord(before, [ended(5)], [ended(4), ended(6)])).toEqual({ failures: 1, lastFailure: NOON + 6000 });
    expect(nextRecord(before, [ended(5)], [])).toEqual(NO_FAILURES);
    expect(nextRecord(before, [], [])).toBe(before);
  });
});
