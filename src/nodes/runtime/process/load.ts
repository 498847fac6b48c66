import type { Demand } from '../../../component-helpers/simulated-usage.js';

/** Seconds over which what was spent now and then is averaged, as metrics-server's are. */
const WINDOW = 15;

/**
 * What a container's programs take, as they say themselves: simulated work costs
 * the host nothing. Some is held until a program ends, some is spent in a moment.
 */
export class Load {
  /** Whether any program has said what it takes: else nobody knows. */
  isTold = false;
  private cores = 0;
  private bytes = 0;
  /** Milliseconds of processor time by second. */
  private readonly spent = new Map<number, number>();

  /** @param now milliseconds @param grown is told the bytes that are held once there are more of them */
  constructor(
    private readonly now: () => number,
    private readonly grown: (bytes: number) => void = () => undefined,
  ) {}

  /** Takes something until the result is called. */
  hold({ cores = 0, memory = 0 }: Partial<Demand>): () => void {
    this.isTold = true;
    this.cores += cores;
    this.bytes += memory;
    if (memory > 0) this.grown(this.bytes);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.cores -= cores;
      this.bytes -= memory;
    };
  }

  /** Work that is done at once, in milliseconds of processor time. */
  spend(milliseconds: number): void {
    this.isTold = true;
    const second = this.second();
    this.spent.set(second, (this.spent.get(second) ?? 0) + milliseconds);
    for (const old of this.spent.keys()) {
      if (old > second - WINDOW) break;
      this.spent.delete(old);
    }
  }

  /** What is taken now, and was spent lately. */
  demand(): Demand {
    const since = this.second() - WINDOW;
    let milliseconds = 0;
    for (const [second, amount] of this.spent) if (second > since) milliseconds += amount;
    return { cores: this.cores + milliseconds / 1000 / WINDOW, memory: this.bytes };
  }

  private second(): number {
    return Math.floor(this.now() / 1000);
  }
}
