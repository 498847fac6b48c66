import { humanDuration } from '../../../apimachinery/duration.js';

/** Go's zero time, which counts as "not set". */
const ZERO_TIME = Date.parse('0001-01-01T00:00:00Z');
/** Go's time.Duration ends at about 292 years; longer spans stick to it. Milliseconds. */
const LONGEST = 9_223_372_036_854;

/** A stored time (metav1.Time or MicroTime) in milliseconds; undefined if it was never set. */
export function timeOf(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || text === '') return undefined;
  const time = Date.parse(text);
  return time === ZERO_TIME || Number.isNaN(time) ? undefined : time;
}

/** How long ago `time` was, as kubectl shows it: `5m10s`. All in milliseconds. */
export function since(time: number | undefined, now: number): string {
  return time === undefined ? '<unknown>' : spanOf(now - time);
}

/** Go: duration.HumanDuration of a saturating time.Duration. Milliseconds. */
export function spanOf(milliseconds: number): string {
  return humanDuration(Math.min(Math.max(milliseconds, -LONGEST), LONGEST));
}

/** `since` a stored time. */
export function ageOf(text: string | null | undefined, now: number): string {
  return since(timeOf(text), now);
}
