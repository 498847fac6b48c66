import type { Node } from '../../../component-helpers/nodes.js';

/** Nodes that are tainted a second, at most (Go: --node-eviction-rate, --secondary-node-eviction-rate). */
const RATE = 0.1;
const SECONDARY_RATE = 0.01;
/** From this many nodes on a zone is large (Go: --large-cluster-size-threshold). */
const LARGE = 50;
/** The share of nodes that aren't ready at which a zone is disrupted (Go: --unhealthy-zone-threshold). */
const UNHEALTHY = 0.55;

export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** Region and zone of a node (Go: nodetopology.GetZoneKey). */
export function zoneOf({ metadata: { labels = {} } }: Node): string {
  return `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`;
}

export function zoneState(ready: number, notReady: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  return notReady > 2 && notReady / (notReady + ready) >= UNHEALTHY ? 'PartialDisruption' : 'Normal';
}

export function rateOf(state: ZoneState, size: number): number {
  if (state !== 'PartialDisruption') return RATE;
  return size > LARGE ? SECONDARY_RATE : 0;
}

/** Nodes of one zone that are to be tainted such that their pods go, and how fast that may happen. */
export class Zone {
  state: ZoneState = 'Initial';
  readonly pending = new Set<string>();
  private rate = RATE;
  private tokens = 1;

  /** @param at milliseconds since the epoch of the last refill */
  constructor(private at: number) {}

  setRate(rate: number, now: number): void {
    this.refill(now);
    this.rate = rate;
    if (rate === 0) this.tokens = 0;
  }

  /** Whether one more node may be tainted now. */
  hasToken(now: number): boolean {
    this.refill(now);
    return this.tokens >= 1;
  }

  /** Counts a node that was tainted. */
  spend(): void {
    this.tokens--;
  }

  /** Milliseconds until the next node may be tainted; undefined if none may. */
  pause(now: number): number | undefined {
    this.refill(now);
    return this.rate === 0 ? undefined : Math.max(1, Math.ceil(((1 - this.tokens) / this.rate) * 1000));
  }

  private refill(now: number): void {
    this.tokens = Math.min(1, this.tokens + ((now - this.at) / 1000) * this.rate);
    this.at = now;
  }
}
