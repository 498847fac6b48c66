import type { Clock } from '../../apimachinery/clock.js';
import type { Activity } from '../../client/activity.js';
import type { Turns } from './turns.js';

/**
 * Paces the work on one pod: takes a turn among all pods, and gives it back while
 * the pod waits for time or for its containers. While it works the cluster isn't
 * settled, nor while it waits for what is sure to come.
 */
export class Pacer {
  private endWork: (() => void) | undefined;
  private readonly pauses = new Set<() => void>();

  constructor(
    private readonly clock: Clock,
    private readonly activity: Activity,
    private readonly turns: Turns,
  ) {}

  /** Runs a piece of work. */
  async run(work: () => Promise<void>): Promise<void> {
    await this.enter();
    try {
      await work();
    } finally {
      this.leave();
    }
  }

  /** Waits so many milliseconds, or until `interrupt`. Called within `run`. */
  async pause(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return;
    await this.outside(
      new Promise<void>((resolve) => {
        const cancel = this.activity.after(this.clock, milliseconds, end);
        const { pauses } = this;
        pauses.add(end);
        function end(): void {
          cancel();
          pauses.delete(end);
          resolve();
        }
      }),
    );
  }

  /** Waits for something that comes within so many milliseconds. Called within `run`. */
  async until<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
    const cancel = this.activity.after(this.clock, milliseconds, () => undefined);
    try {
      return await this.outside(promise);
    } finally {
      cancel();
    }
  }

  /** Ends all pauses now. */
  interrupt(): void {
    for (const end of [...this.pauses]) end();
  }

  private async outside<T>(promise: Promise<T>): Promise<T> {
    this.leave();
    try {
      return await promise;
    } finally {
      await this.enter();
    }
  }

  private async enter(): Promise<void> {
    const end = this.activity.begin();
    await this.turns.enter();
    this.endWork = end;
  }

  private leave(): void {
    this.turns.leave();
    this.endWork?.();
    this.endWork = undefined;
  }
}
