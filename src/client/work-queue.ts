import type { Cancel, Clock } from '../apimachinery/clock.js';
import { nextTurn, type Activity } from './activity.js';

/** Milliseconds before the first and the longest repetition of work that failed. */
const FIRST_DELAY = 5;
const LONGEST_DELAY = 60_000;

/** Keys that are worked on in a row before others have the event loop. */
const TURN = 32;

/** Repetitions of failed work that `settled()` still waits for; what fails more often counts as stuck. */
const TRACKED_RETRIES = 8;

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Does what a key needs; a rejection repeats it later. */
  readonly work: (key: string) => Promise<void>;
  /** Keys that may be worked on at the same time. Default: 1. */
  readonly workers?: number | undefined;
  /** Lets the event loop turn before each key, so that what comes in a burst is looked at once. */
  readonly isPatient?: boolean | undefined;
  /** Counts the work, so that a cluster knows when it has settled. */
  readonly activity?: Activity | undefined;
  /** Told of each rejection. */
  readonly onError?: ((key: string, error: unknown) => void) | undefined;
  /** Milliseconds before the n-th repetition (from 0). Default: 5 ms, doubling, at most a minute. */
  readonly backoff?: ((failures: number) => number) | undefined;
}

/**
 * Keys that wait for work, each once; a few are worked on at a time, but none
 * twice at once, and again after a growing delay if that fails (Go: client-go
 * workqueue). A key added while it is worked on is worked on once more.
 */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly working = new Set<string>();
  private readonly failures = new Map<string, number>();
  /** What comes later, by key: its moment, and whether `settled()` waits for it. */
  private readonly later = new Map<string, { readonly at: number; readonly cancel: Cancel }>();
  private readonly workers: number;
  private readonly backoff: (failures: number) => number;
  private active = 0;
  private done = 0;
  private stopped = false;
  private endActivity: (() => void) | undefined;

  constructor(private readonly options: WorkQueueOptions) {
    this.workers = options.workers ?? 1;
    this.backoff = options.backoff ?? ((times) => Math.min(FIRST_DELAY * 2 ** times, LONGEST_DELAY));
  }

  add(key: string): void {
    if (this.stopped) return;
    this.waiting.add(key);
    if (this.active >= this.workers) return;
    this.endActivity ??= this.options.activity?.begin();
    this.active++;
    void this.run();
  }

  /**
   * Adds the key after a delay. Of several delays of one key the earliest
   * counts; it is not what `settled()` waits for, unless `tracked`.
   */
  addAfter(key: string, milliseconds: number, tracked = false): void {
    if (this.stopped) return;
    if (milliseconds <= 0) {
      this.add(key);
      return;
    }
    const { clock, activity } = this.options;
    const at = clock.now() + milliseconds;
    const before = this.later.get(key);
    if (before !== undefined && before.at <= at) return;
    before?.cancel();
    const due = (): void => {
      this.later.delete(key);
      this.add(key);
    };
    const cancel = tracked && activity !== undefined ? activity.after(clock, milliseconds, due) : clock.after(milliseconds, due);
    this.later.set(key, { at, cancel });
  }

  /** How often the key's work has failed in a row. */
  failuresOf(key: string): number {
    return this.failures.get(key) ?? 0;
  }

  stop(): void {
    this.stopped = true;
    this.waiting.clear();
    for (const { cancel } of this.later.values()) cancel();
    this.later.clear();
  }

  /** One worker: ends when nothing waits. */
  private async run(): Promise<void> {
    // Whoever adds first says all that it has to say.
    await Promise.resolve();
    const { isPatient = false } = this.options;
    for (let key = this.next(); key !== undefined; key = this.next()) {
      if (isPatient) await nextTurn();
      await this.process(key);
      if (!isPatient && ++this.done % TURN === 0) await nextTurn();
    }
    this.active--;
    if (this.active > 0) return;
    this.endActivity?.();
    this.endActivity = undefined;
  }

  private async process(key: string): Promise<void> {
    this.waiting.delete(key);
    this.working.add(key);
    try {
      await this.options.work(key);
      this.failures.delete(key);
    } catch (error) {
      const times = this.failuresOf(key);
      this.failures.set(key, times + 1);
      if (!this.stopped) this.options.onError?.(key, error);
      this.addAfter(key, this.backoff(times), times < TRACKED_RETRIES);
    } finally {
      this.working.delete(key);
    }
  }

  private next(): string | undefined {
    for (const key of this.waiting) if (!this.working.has(key)) return key;
    return undefined;
  }
}
