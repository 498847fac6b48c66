import type { Pod } from '../../../component-helpers/pods.js';
import { finishedAt } from './job-pods.js';

/** Milliseconds before a failed pod is replaced, doubled with each further failure. */
const FIRST = 10_000;
const LONGEST = 600_000;

/** How a job's pods failed since one succeeded. */
export interface BackoffRecord {
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly lastFailure: number | undefined;
}

export const NO_FAILURES: BackoffRecord = { failures: 0, lastFailure: undefined };

/** The record after pods have ended (Go: backoffStore.newBackoffRecord). */
export function nextRecord(before: BackoffRecord, succeeded: readonly Pod[], failed: readonly Pod[]): BackoffRecord {
  const lastSuccess = succeeded.length === 0 ? undefined : Math.max(...succeeded.map(finishedAt));
  const base = lastSuccess === undefined ? before : NO_FAILURES;
  const times = failed.map(finishedAt).filter((time) => lastSuccess === undefined || time > lastSuccess);
  if (times.length === 0) return base;
  return { failures: base.failures + times.length, lastFailure: Math.max(...times) };
}

/** Milliseconds until the next pod may be made. */
export function remainingBackoff({ failures, lastFailure = 0 }: BackoffRecord, now: number): number {
  if (failures === 0) return 0;
  return Math.max(0, Math.min(FIRST * 2 ** (failures - 1), LONGEST) - (now - lastFailure));
}
