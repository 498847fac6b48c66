import type { Clock } from '../../apimachinery/clock.js';

/** Milliseconds before the first and the longest repetition of work that failed. */
const FIRST_DELAY = 5;
const LONGEST_DELAY = 60_000;

/**
 * Keys that wait for work, each once; one is worked on at a time, and again
 * after a growing delay if that fails (Go: client-go workqueue with one worker).
 */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Set<() => void>();
  private working = false;
  private stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly work: (key: string) => Promise<void>,
  ) {}

  add(key: string): void {
    if (this.stopped) return;
    this.waiting.add(key);
    if (!this.working) void this.run();
  }

  addAfter(key: string, milliseconds: number): void {
    if (this.stopped) return;
    const cancel = this.clock.after(milliseconds, () => {
      this.timers.delete(cancel);
      this.add(key);
    });
    this.timers.add(cancel);
  }

  stop(): void {
    this.stopped = true;
    this.waiting.clear();
    for (const cancel of this.timers) cancel();
    this.timers.clear();
  }

  private async run(): Promise<void> {
    this.working = true;
    for (;;) {
      const [key] = this.waiting;
      if (key === undefined) break;
      this.waiting.delete(key);
      try {
        await this.work(key);
        this.failures.delete(key);
      } catch {
        const times = this.failures.get(key) ?? 0;
        this.failures.set(key, times + 1);
        this.addAfter(key, Math.min(FIRST_DELAY * 2 ** times, LONGEST_DELAY));
      }
    }
    this.working = false;
  }
}
