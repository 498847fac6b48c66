import type { HPAScalingRules } from './types.js';

/** What was recommended, and when. */
interface Recommendation {
  readonly replicas: number;
  readonly at: number;
}

/** By how much something was scaled, and when. */
export interface ScaleEvent {
  readonly change: number;
  readonly at: number;
}

/** What a controller remembers of one autoscaler; moments in milliseconds since the epoch. */
export class ScalingMemory {
  private recommendations: Recommendation[];
  private ups: ScaleEvent[] = [];
  private downs: ScaleEvent[] = [];

  constructor(replicas: number, now: number) {
    this.recommendations = [{ replicas, at: now }];
  }

  /** Recommendations since a moment, it included. */
  since(moment: number): readonly number[] {
    return this.recommendations.filter(({ at }) => at >= moment).map(({ replicas }) => replicas);
  }

  /** Recommendations after a moment. */
  after(moment: number): readonly number[] {
    return this.recommendations.filter(({ at }) => at > moment).map(({ replicas }) => replicas);
  }

  /** @param oldest what was recommended before this moment is forgotten */
  recommend(replicas: number, now: number, oldest: number): void {
    this.recommendations = [...this.recommendations.filter(({ at }) => at >= oldest), { replicas, at: now }];
  }

  /** By how much it grew (or, negative, shrank) in the last seconds. */
  changeWithin(seconds: number, now: number): number {
    const sum = (events: readonly ScaleEvent[]): number =>
      events.filter(({ at }) => at > now - seconds * 1000).reduce((total, { change }) => total + change, 0);
    return sum(this.ups) - sum(this.downs);
  }

  /** Remembers a change as long as a policy looks back. */
  scaled(from: number, to: number, rules: HPAScalingRules | undefined, now: number): void {
    const longest = Math.max(0, ...(rules?.policies ?? []).map(({ periodSeconds = 0 }) => periodSeconds));
    const kept = (events: readonly ScaleEvent[]): ScaleEvent[] => events.filter(({ at }) => at >= now - longest * 1000);
    const event = { change: Math.abs(to - from), at: now };
    if (to > from) this.ups = [...kept(this.ups), event];
    else this.downs = [...kept(this.downs), event];
  }
}
