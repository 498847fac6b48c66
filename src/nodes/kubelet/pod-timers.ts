import type { Cancel, Clock } from '../../apimachinery/clock.js';

/** Timers of one pod, one a purpose; a new one for the same purpose replaces the old one. */
export class PodTimers {
  private readonly timers = new Map<string, Cancel>();

  constructor(private readonly clock: Clock) {}

  /** @param moment milliseconds since the epoch */
  at(purpose: string, moment: number, action: () => void): void {
    this.drop(purpose);
    const cancel = this.clock.after(Math.max(0, moment - this.clock.now()), () => {
      this.timers.delete(purpose);
      action();
    });
    this.timers.set(purpose, cancel);
  }

  drop(purpose: string): void {
    this.timers.get(purpose)?.();
    this.timers.delete(purpose);
  }

  dropAll(): void {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }
}
