import type { Cancel, Clock } from '../apimachinery/clock.js';

/** Turns of the event loop that must pass without new work before a cluster counts as settled. */
const QUIET_TURNS = 4;

/**
 * What is under way in the components of one cluster: work that was begun and
 * not ended, and delays that lead to work. `settled()` waits until there is none.
 */
export class Activity {
  private running = 0;
  /** Grows with every beginning, so that work that came and went in between is seen. */
  private begun = 0;
  private waiters: (() => void)[] = [];

  /**
   * @param waitsForDelays false under a clock that only moves when it is told
   *   to: there, what is due later is not under way
   */
  constructor(private readonly waitsForDelays = true) {}

  get isBusy(): boolean {
    return this.running > 0;
  }

  /** Something begins; the function returned tells its end, once. */
  begin(): () => void {
    this.running++;
    this.begun++;
    let isEnded = false;
    return () => {
      if (isEnded) return;
      isEnded = true;
      this.running--;
      if (this.running === 0) this.wake();
    };
  }

  /** Runs asynchronous work that `settled()` waits for. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const end = this.begin();
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Like `Clock.after`, for delays that `settled()` waits for. What recurs for ever takes the clock itself. */
  after(clock: Clock, delay: number, action: () => void): Cancel {
    if (!this.waitsForDelays) return clock.after(delay, action);
    const end = this.begin();
    const cancel = clock.after(delay, () => {
      try {
        action();
      } finally {
        end();
      }
    });
    return () => {
      cancel();
      end();
    };
  }

  /** Resolves when nothing is under way and nothing has begun for a few turns of the event loop. */
  async settled(): Promise<void> {
    for (;;) {
      while (this.isBusy) await new Promise<void>((resolve) => this.waiters.push(resolve));
      const seen = this.begun;
      for (let turn = 0; turn < QUIET_TURNS && !this.isBusy && this.begun === seen; turn++) await nextTurn();
      if (!this.isBusy && this.begun === seen) return;
    }
  }

  private wake(): void {
    const { waiters } = this;
    this.waiters = [];
    for (const wake of waiters) wake();
  }
}

/** Lets everything else that waits for the event loop have its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
