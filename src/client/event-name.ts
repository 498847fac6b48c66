import type { Clock } from '../apimachinery/clock.js';

/** How many events were named under a clock: one clock is one cluster. */
const named = new WeakMap<Clock, { count: number }>();

/**
 * A name for an event about an object: with the moment in nanoseconds, as client-go makes them. Several
 * of one millisecond differ, whoever records them, since they are counted by cluster.
 */
export function eventName(clock: Clock, object: string): string {
  let counter = named.get(clock);
  if (counter === undefined) named.set(clock, (counter = { count: 0 }));
  const nanoseconds = BigInt(clock.now()) * 1_000_000n + BigInt(counter.count++ % 1_000_000);
  return `${object}.${nanoseconds.toString(16)}`;
}
