import { performance } from 'node:perf_hooks';

/** How long simulated programs may run before everything else has a turn, and how long that turn is. Milliseconds. */
const SLICE = 2;
const PAUSE = 4;

/**
 * The machine's processor as all simulated programs share it: at most a third of the
 * event loop's time, in slices short enough for requests in between. This is about
 * the host's time, not the simulated one.
 */
export class Cpu {
  private sliceEnds = 0;
  private pause: Promise<void> | undefined;

  /** To be called between steps of a program; await what it returns. */
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
