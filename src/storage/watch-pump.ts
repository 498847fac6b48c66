import type { WatchQueue } from './watch-queue.js';

/** The part of a Node stream that a pump needs; the responses of http and http2 have it. */
export interface FrameTarget {
  /** False: take no more until `drain`. */
  write(frame: Uint8Array): boolean;
  cork(): void;
  uncork(): void;
  on(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

export interface PumpOptions<E> {
  /** The bytes of an item; undefined leaves it out. */
  readonly frame: (item: E) => Uint8Array | undefined;
  /** Told once, when nothing more will be written: `queue.state` and `queue.error` tell why. What is left is to end or destroy the target. */
  readonly onEnd: () => void;
}

/**
 * Writes a queue's items to a stream as long as the stream takes them. While it does not drain, items stay in the
 * queue, whose bounds then cut the watcher off; so a client that stopped reading costs the stream's buffer plus the
 * queue's bound. Items of one turn of the event loop go out in one piece.
 */
export function pumpQueue<E>(queue: WatchQueue<E>, target: FrameTarget, options: PumpOptions<E>): void {
  let isDraining = true;
  let isScheduled = false;
  let isEnded = false;

  const schedule = (): void => {
    if (isScheduled || isEnded) return;
    isScheduled = true;
    setImmediate(work);
  };
  const resume = (): void => {
    isDraining = true;
    schedule();
  };
  const abandon = (): void => queue.close();
  const end = (): void => {
    if (isEnded) return;
    isEnded = true;
    queue.onReadable(undefined);
    target.off('drain', resume);
    target.off('close', abandon);
    options.onEnd();
  };
  const work = (): void => {
    isScheduled = false;
    if (isEnded) return;
    if (isDraining && queue.size > 0) writeAll();
    if (queue.state !== 'open' && queue.size === 0) end();
  };
  const writeAll = (): void => {
    target.cork();
    try {
      while (isDraining && queue.size > 0) {
        const frame = options.frame(queue.next() as E);
        if (frame !== undefined) isDraining = target.write(frame);
      }
    } catch (error) {
      queue.close(error);
    } finally {
      target.uncork();
    }
  };

  queue.onReadable(() => {
    if (queue.state === 'overflowed' || queue.state === 'closed') end();
    else schedule();
  });
  target.on('drain', resume);
  target.on('close', abandon);
  schedule();
}
