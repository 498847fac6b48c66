/** Undoes what `Clock.after` arranged; calling it again, or too late, does nothing. */
export type Cancel = () => void;

/** The only source of time. Everything that waits or dates something is given one. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `action` once after `delay` milliseconds, never synchronously. */
  after(delay: number, action: () => void): Cancel;
}

/** setTimeout fires at once for longer delays. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** The machine's time. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  after(delay: number, action: () => void): Cancel {
    let timer: NodeJS.Timeout;
    const arm = (remaining: number): void => {
      timer = remaining > MAX_TIMEOUT ? setTimeout(arm, MAX_TIMEOUT, remaining - MAX_TIMEOUT) : setTimeout(action, Math.max(0, remaining));
    };
    arm(delay);
    return () => {
      clearTimeout(timer);
    };
  }
}

interface Timer {
  readonly at: number;
  /** Timers of one moment fire in the order in which they were made. */
  readonly order: number;
  readonly action: () => void;
  cancelled: boolean;
}

/**
 * A clock that stands still until it is told to go on. Actions fire inside
 * `advance`, in the order of their moments; while one runs, `now()` is its moment.
 */
export class VirtualClock implements Clock {
  private readonly queue: Timer[] = [];
  private made = 0;

  /** @param time milliseconds since the epoch at which the clock starts */
  constructor(private time = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.time;
  }

  after(delay: number, action: () => void): Cancel {
    const timer: Timer = { at: this.time + Math.max(0, delay), order: this.made++, action, cancelled: false };
    push(this.queue, timer);
    return () => {
      timer.cancelled = true;
    };
  }

  /** When the next action is due; undefined if none is waiting. */
  next(): number | undefined {
    this.dropCancelled();
    return this.queue[0]?.at;
  }

  /** Goes on by `delay` milliseconds and fires everything that falls due, also what the actions themselves arrange. */
  advance(delay: number): void {
    this.advanceTo(this.time + delay);
  }

  /** Like `advance`, up to a moment. A moment in the past changes nothing. */
  advanceTo(moment: number): void {
    while (this.fireNext(moment));
    if (moment > this.time) this.time = moment;
  }

  /** Like `advance`, but lets asynchronous work come to rest after each moment. */
  async advanceSettled(delay: number, settled: () => Promise<void>): Promise<void> {
    const moment = this.time + delay;
    await settled();
    for (;;) {
      const next = this.next();
      if (next === undefined || next > moment) break;
      this.advanceTo(next);
      await settled();
    }
    if (moment > this.time) this.time = moment;
    await settled();
  }

  private fireNext(limit: number): boolean {
    this.dropCancelled();
    const first = this.queue[0];
    if (first === undefined || first.at > limit) return false;
    pop(this.queue);
    if (first.at > this.time) this.time = first.at;
    first.action();
    return true;
  }

  private dropCancelled(): void {
    while (this.queue[0]?.cancelled === true) pop(this.queue);
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Adds to a binary heap. */
function push(heap: Timer[], timer: Timer): void {
  let at = heap.length;
  heap.push(timer);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !before(timer, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = timer;
}

/** Removes the least of a binary heap. */
function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (left === undefined) break;
    const [child, below] = right !== undefined && before(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1];
    if (!before(child, last)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
}
