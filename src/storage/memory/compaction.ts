/**
 * Which past can still be listed. The real server has etcd compact at intervals
 * what was before the interval's begin (Go: etcd3.compact), so that a list of an
 * older revision, a page's token included, ends between one and two intervals
 * after it, whether or not anything changed; watches of quiet resources go on.
 *
 * No timer runs: time is looked at when something is written or listed.
 */
export class Compaction {
  private ticked: number;
  /** The revision that stood at the last tick. */
  private standing = 0;
  private reached = 0;

  constructor(
    /** Milliseconds of `now`. */
    private readonly interval: number,
    private readonly now: () => number,
  ) {
    this.ticked = now();
  }

  /** Lets the ticks pass that are due, during all of which `latest` was the newest revision. */
  advance(latest: number): void {
    const ticks = Math.floor((this.now() - this.ticked) / this.interval);
    if (ticks < 1) return;
    this.reached = ticks === 1 ? this.standing : latest;
    this.standing = latest;
    this.ticked += ticks * this.interval;
  }

  /** The oldest revision that a list can still show. */
  floor(latest: number): number {
    this.advance(latest);
    return this.reached;
  }
}
