import type { Clock } from '../../apimachinery/clock.js';

/** Milliseconds before the first and the longest repetition of work that failed. */
const FIRST_DELAY = 5;
const LONGEST_DELAY = 60_000;

/**
 * Keys that wait for work, each once; a few are worked on at a time, but none
 * twice at once, and again after a growing delay if that fails (Go: client-go
 * workqueue).
 */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Set<() => void>();
  private readonly working = new Set<string>();
  private stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly work: (key: string) => Promise<void>,
    private readonly workers = 1,
  ) {}

  add(key: string): void {
    if (this.stopped) return;
    this.waiting.add(key);
    if (this.working.size < this.workers) void this.run();
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
    for (let key = this.next(); key !== undefined; key = this.next()) {
      this.waiting.delete(key);
      this.working.add(key);
      try {
        await this.work(key);
        this.failures.delete(key);
      } catch {
        const times = this.failures.get(key) ?? 0;
        this.failures.set(key, times + 1);
        this.addAfter(key, Math.min(FIRST_DELAY * 2 ** times, LONGEST_DELAY));
      }
      this.working.delete(key);
    }
  }

  private next(): string | undefined {
    for (const key of this.waiting) if (!this.working.has(key)) return key;
    return undefined;
  }
}
