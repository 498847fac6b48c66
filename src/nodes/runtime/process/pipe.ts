import { FsError } from '../fs/nodes.js';
import type { ByteSink, ByteSource, Cancellation } from './bytes.js';

/** Bytes that wait in a pipe before its writer has to. */
const CAPACITY = 64 * 1024;

/** A pipe: what is written to it can be read from it, in order, once. */
export class Pipe implements ByteSource, ByteSink {
  private readonly chunks: Uint8Array[] = [];
  private size = 0;
  private ended = false;
  private broken = false;
  private reader: ((chunk: Uint8Array | undefined) => void) | undefined;
  private writers: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  /** The two ends, for those who hold one only. */
  readonly source: ByteSource = {
    read: (cancelled) => this.read(cancelled),
    close: () => {
      this.breakOff();
    },
  };
  readonly sink: ByteSink = {
    write: (bytes) => this.write(bytes),
    close: () => {
      this.close();
    },
  };

  read(cancelled?: Cancellation): Promise<Uint8Array | undefined> {
    const chunk = this.chunks.shift();
    if (chunk !== undefined) {
      this.size -= chunk.length;
      if (this.size < CAPACITY) this.releaseWriters();
      return Promise.resolve(chunk.length === 0 ? undefined : chunk);
    }
    if (this.ended) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.reader = resolve;
      cancelled?.onCancel(() => {
        if (this.reader === resolve) this.reader = undefined;
      });
    });
  }

  write(bytes: Uint8Array): Promise<void> | void {
    if (this.broken) return Promise.reject(new FsError('EPIPE'));
    if (this.ended || bytes.length === 0) return;
    const { reader } = this;
    if (reader !== undefined) {
      this.reader = undefined;
      reader(bytes);
      return;
    }
    this.chunks.push(bytes);
    this.size += bytes.length;
    if (this.size < CAPACITY) return;
    return new Promise((resolve, reject) => {
      this.writers.push({ resolve, reject });
    });
  }

  /** One reader sees the end; what is written later comes after it, as on a terminal. */
  endOnce(): void {
    const { reader } = this;
    this.reader = undefined;
    if (reader === undefined) this.chunks.push(new Uint8Array(0));
    else reader(undefined);
  }

  /** No more will be written. */
  close(): void {
    this.ended = true;
    this.reader?.(undefined);
    this.reader = undefined;
  }

  /** No more will be read. */
  breakOff(): void {
    this.broken = true;
    this.chunks.length = 0;
    this.size = 0;
    for (const { reject } of this.writers) reject(new FsError('EPIPE'));
    this.writers = [];
  }

  private releaseWriters(): void {
    for (const { resolve } of this.writers) resolve();
    this.writers = [];
  }
}
