import type { WorkQueue } from '../../../client/work-queue.js';

/** What comes within so many milliseconds is progress that somebody waits for. */
const SOON = 30_000;

/** Looks at a key again when time alone changes something; `settled()` waits for it if that is soon. */
export function checkLater(queue: WorkQueue, key: string, milliseconds: number): void {
  queue.addAfter(key, milliseconds, milliseconds <= SOON);
}
