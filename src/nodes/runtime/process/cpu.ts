import { performance } from 'node:perf_hooks';
import { nextTurn } from '../../../client/activity.js';

/** How long simulated programs may run before everything else has a turn, and how long that turn is. Milliseconds. */
const SLICE = 2;
const PAUSE = 4;

/** The machine's processor as all simulated programs share it. */
export interface Cpu {
  /** To be called between steps of a program; await what it returns. */
  turn(): Promise<void> | undefined;
}

/** Steps in a row before everything else has a turn, where the host's time must not count. */
const STEPS = 1000;

/** Shares by counting, so that two runs of the same programs go the same way: for clusters under a virtual clock. */
export class CountedCpu implements Cpu {
  private steps = 0;

  turn(): Promise<void> | undefined {
    return ++this.steps % STEPS === 0 ? nextTurn() : undefined;
  }
}

/**
 * Shares the host's time: programs have at most a third of the event loop,
 * in slices short enough for requests in between.
 */
export class TimedCpu implements Cpu {
  private sliceEnds = 0;
  private pause: Promise<void> | undefined;

  turn(): Promise<void> | undefined {
    if (this.pause !== undefined) return this.pause;
    const now = performance.now();
    // A pause as long as ours since the last step counts as one.
    if (now > this.sliceEnds + PAUSE) {
      this.sliceEnds = now + SLICE;
      return undefined;
    }
    if (now < this.sliceEnds) return undefined;
    this.pause = new Promise((resolve) => {
      setTimeout(() => {
        this.pause = undefined;
        this.sliceEnds = performance.now() + SLICE;
        resolve();
      }, PAUSE);
    });
    return this.pause;
  }
}
