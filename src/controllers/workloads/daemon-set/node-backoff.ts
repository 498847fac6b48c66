/** Milliseconds before a pod that failed on a node is replaced, doubled with each further failure. */
const FIRST = 1000;
const LONGEST = 900_000;

interface Entry {
  delay: number;
  at: number;
}

/** Keeps failing daemons from being replaced all the time (Go: flowcontrol.Backoff). */
export class NodeBackoff {
  private readonly entries = new Map<string, Entry>();

  /** Milliseconds to wait, if the last failure is too fresh; 0 otherwise. */
  waitOf(key: string, now: number): number {
    const entry = this.entries.get(key);
    if (entry === undefined || now - entry.at > 2 * LONGEST || now - entry.at >= entry.delay) return 0;
    return entry.delay;
  }

  /** Another failure. */
  next(key: string, now: number): void {
    const entry = this.entries.get(key);
    const isFresh = entry !== undefined && now - entry.at <= 2 * LONGEST;
    this.entries.set(key, { delay: isFresh ? Math.min(entry.delay * 2, LONGEST) : FIRST, at: now });
    for (const [other, { at }] of this.entries) if (now - at > 2 * LONGEST) this.entries.delete(other);
  }
}
