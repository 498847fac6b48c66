import type { PodInfo } from '../pod-info.js';

/** A pod that waits, with what became of earlier attempts (Go: framework.QueuedPodInfo). */
export interface QueuedPod {
  info: PodInfo;
  /** When it was queued last, in milliseconds, and which of those of one moment. */
  queuedAt: number;
  order: number;
  /** How often plugins turned it away, and how often in a row something failed. */
  rejections: number;
  errors: number;
  /** The plugins that turned it away last. Only what concerns them is a reason to try again. */
  rejectedBy: ReadonlySet<string>;
}

/** Milliseconds that a pod rests after the first attempt, and at most. */
const FIRST_BACKOFF = 1000;
const LONGEST_BACKOFF = 10_000;

/** When the pod's rest ends; in the past if it has never been tried. */
export function backoffEnd({ queuedAt, rejections, errors }: QueuedPod): number {
  const count = errors > 0 ? errors : rejections;
  return count === 0 ? 0 : queuedAt + Math.min(FIRST_BACKOFF * 2 ** (count - 1), LONGEST_BACKOFF);
}

/** More important pods first, then those that have waited longer (Go: queuesort.PrioritySort). */
export function isBefore(a: QueuedPod, b: QueuedPod): boolean {
  if (a.info.priority !== b.info.priority) return a.info.priority > b.info.priority;
  return a.queuedAt !== b.queuedAt ? a.queuedAt < b.queuedAt : a.order < b.order;
}
