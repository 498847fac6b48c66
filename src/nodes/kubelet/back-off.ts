/** Milliseconds before the first repetition; each further one waits twice as long (Go: flowcontrol.Backoff). */
const FIRST = 10_000;
const LONGEST = 300_000;

interface Entry {
  readonly delay: number;
  readonly at: number;
}

/** Delays before something that failed is tried again, by key. Times are milliseconds since the epoch. */
export class BackOff {
  private readonly entries = new Map<string, Entry>();

  /** The delay of a key, in milliseconds; 0 if it never failed. */
  delayOf(key: string): number {
    return this.entries.get(key)?.delay ?? 0;
  }

  /** When the key may be tried again, if it ended at `since` (default: when it was last tried); undefined if at once. */
  blockedUntil(key: string, now: number, since?: number): number | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || isExpired(entry, since ?? now)) return undefined;
    const until = (since ?? entry.at) + entry.delay;
    return now < until ? until : undefined;
  }

  /** The delay doubles; one that is long past begins anew. */
  next(key: string, now: number, since = now): void {
    const entry = this.entries.get(key);
    const delay = entry === undefined || isExpired(entry, since) ? FIRST : Math.min(2 * entry.delay, LONGEST);
    this.entries.set(key, { delay, at: now });
  }
}

/** Whether what was tried has gone well for so long that it counts as stable. */
function isExpired({ at }: Entry, since: number): boolean {
  return since - at > 2 * LONGEST;
}
