import { nextTurn } from '../../client/activity.js';

/** Pieces of work in a row before others have the event loop. */
const TURN = 16;

/** Lets a bounded number of pods be worked on at a time, in the order in which they asked. */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private taken = 0;
  private done = 0;

  constructor(private readonly places: number) {}

  /** Resolves when there is a place. */
  async enter(): Promise<void> {
    if (this.taken < this.places) this.taken++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (++this.done % TURN === 0) await nextTurn();
  }

  /** Gives the place to who has waited longest. */
  leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.taken--;
    else next();
  }
}
