import type { WatchQueue } from './watch-queue.js';

/** The part of a Node stream that a pump needs; the responses of http and http2 have it. */
export interface FrameTarget {
  /** False: take no more until `drain`. */
  write(bytes: Uint8Array): boolean;
  on(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

export interface PumpOptions<E> {
  /** The bytes of an item; undefined leaves it out. What it throws ends the pump. */
  readonly frame: (item: E) => Uint8Array | undefined;
  /** Told once, when nothing more will be written: `queue.state` and `queue.error` tell why. What is left to do is to end the target. */
  readonly onEnd: () => void;
}

/** Frames are joined up to this size, in bytes: one large write costs far less than many small ones. */
const joinedBytes = 64 * 1024;

/**
 * Writes a queue's items to a stream as long as the stream takes them. While it does not drain, items stay in the
 * queue, whose bounds then cut the watcher off; so a client that stopped reading costs the stream's buffer plus the
 * queue's bound. Items of one turn of the event loop go out in one piece.
 */
export function pumpQueue<E>(queue: WatchQueue<E>, target: FrameTarget, options: PumpOptions<E>): void {
  new Pump(queue, target, options).begin();
}

class Pump<E> {
  private isBlocked = false;
  private isScheduled = false;
  private isEnded = false;

  constructor(
    private readonly queue: WatchQueue<E>,
    private readonly target: FrameTarget,
    private readonly options: PumpOptions<E>,
  ) {}

  begin(): void {
    this.queue.onReadable(() => this.onReadable());
    this.target.on('drain', this.onDrain);
    this.target.on('close', this.onClose);
    this.schedule();
  }

  private onReadable(): void {
    const { state } = this.queue;
    if (state === 'overflowed' || state === 'closed') this.end();
    else this.schedule();
  }

  private readonly onDrain = (): void => {
    this.isBlocked = false;
    this.schedule();
  };

  private readonly onClose = (): void => this.queue.close();

  private schedule(): void {
    if (this.isScheduled || this.isBlocked || this.isEnded) return;
    this.isScheduled = true;
    setImmediate(this.work);
  }

  private readonly work = (): void => {
    this.isScheduled = false;
    while (!this.isEnded && !this.isBlocked && this.queue.size > 0) this.writeSome();
    if (this.queue.size === 0 && this.queue.state !== 'open') this.end();
  };

  private writeSome(): void {
    const frames: Uint8Array[] = [];
    let size = 0;
    let failure: { readonly error: unknown } | undefined;
    try {
      while (size < joinedBytes && this.queue.size > 0) {
        const frame = this.options.frame(this.queue.next() as E);
        if (frame === undefined) continue;
        frames.push(frame);
        size += frame.length;
      }
    } catch (error) {
      failure = { error };
    }
    const [only] = frames;
    if (only !== undefined) this.isBlocked = !this.target.write(frames.length === 1 ? only : Buffer.concat(frames, size));
    if (failure !== undefined) this.queue.close(failure.error);
  }

  private end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.queue.onReadable(undefined);
    this.target.off('drain', this.onDrain);
    this.target.off('close', this.onClose);
    this.options.onEnd();
  }
}
