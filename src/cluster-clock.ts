import { VirtualClock, type Clock } from './apimachinery/clock.js';
import { parseDuration } from './apimachinery/duration.js';

/** The time of a cluster, and for a virtual one how to move it. */
export interface ClusterClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Lets time pass: fires what falls due, moment by moment, and waits after each
   * until the cluster has settled. Only with `clock: 'virtual'`; rejects otherwise.
   * @param duration milliseconds, or as Go writes durations: `90s`, `1h`, `24h`
   */
  advance(duration: number | string): Promise<void>;
}

/** The clock that the options ask for, and its public side. */
export function clusterClock(
  option: Clock | 'virtual' | undefined,
  real: () => Clock,
  settled: () => Promise<void>,
): { readonly clock: Clock; readonly shown: ClusterClock } {
  const clock = option === 'virtual' ? new VirtualClock() : (option ?? real());
  const advance = async (duration: number | string): Promise<void> => {
    if (!(clock instanceof VirtualClock))
      throw new Error("the cluster's clock is the machine's: start it with clock: 'virtual' to move it");
    await clock.advanceSettled(milliseconds(duration), settled);
  };
  return { clock, shown: { now: () => clock.now(), advance } };
}

function milliseconds(duration: number | string): number {
  return typeof duration === 'number' ? duration : Number(parseDuration(duration) / 1_000_000n);
}
