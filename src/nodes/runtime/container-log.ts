import { Readable } from 'node:stream';
import { formatTime } from '../../apimachinery/time.js';
import type { LogOptions } from '../../registry/kubelet.js';

/** A line, or what of it has been written. */
interface Entry {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly stream: 'stdout' | 'stderr';
  text: Buffer;
}

/** Bytes of a log that are kept (Go: the kubelet's containerLogMaxSize). */
const MAX_BYTES = 10 * 1024 * 1024;
const NEWLINE = 0x0a;

/** What one attempt of a container has written. */
export class ContainerLog {
  private entries: Entry[] = [];
  /** Entries that were dropped from the front. */
  private dropped = 0;
  private bytes = 0;
  private isClosed = false;
  private readonly followers = new Set<() => void>();

  constructor(private readonly now: () => number) {}

  append(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    const time = this.now();
    let at = 0;
    while (at < bytes.length) {
      const newline = bytes.indexOf(NEWLINE, at);
      const end = newline === -1 ? bytes.length : newline + 1;
      this.add(stream, Buffer.from(bytes.subarray(at, end)), time);
      at = end;
    }
    while (this.bytes > MAX_BYTES && this.entries.length > 1) this.dropHalf();
    for (const wake of [...this.followers]) wake();
  }

  private add(stream: Entry['stream'], text: Buffer, time: number): void {
    this.bytes += text.length;
    const last = this.entries.at(-1);
    if (last?.stream === stream && last.text.at(-1) !== NEWLINE && last.text.length < MAX_LINE)
      last.text = Buffer.concat([last.text, text]);
    else this.entries.push({ time, stream, text });
  }

  private dropHalf(): void {
    const gone = this.entries.splice(0, Math.ceil(this.entries.length / 2));
    this.dropped += gone.length;
    for (const { text } of gone) this.bytes -= text.length;
  }

  close(): void {
    this.isClosed = true;
    for (const wake of [...this.followers]) wake();
    this.followers.clear();
  }

  /** The end of the log, for termination messages. */
  tail(lines: number, bytes: number): string {
    return Buffer.concat(this.entries.slice(-lines).map(({ text }) => text))
      .subarray(-bytes)
      .toString('utf8');
  }

  read(options: LogOptions): Readable {
    let next = this.dropped + this.firstOf(options);
    let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    /** Characters of the entry before `next` that have been sent. */
    let sent = 0;
    let wanted = false;
    const pump = (): void => {
      while (wanted) {
        next = Math.max(next, this.dropped);
        const entry = this.entries[next - this.dropped];
        if (entry === undefined) {
          if (this.isClosed || !options.follow) end();
          return;
        }
        const isLast = next - this.dropped === this.entries.length - 1;
        const isWhole = entry.text.at(-1) === NEWLINE || !isLast || this.isClosed || !options.follow;
        const part = entry.text.subarray(sent);
        const bytes = sent === 0 ? withTime(entry, part, options.timestamps) : part;
        if (isWhole) {
          next++;
          sent = 0;
        } else {
          if (part.length === 0) return;
          sent = entry.text.length;
        }
        const cut = bytes.length > left ? bytes.subarray(0, left) : bytes;
        left -= cut.length;
        wanted = readable.push(cut);
        if (left <= 0) {
          end();
          return;
        }
      }
    };
    const end = (): void => {
      this.followers.delete(pump);
      wanted = false;
      readable.push(null);
    };
    const readable = new Readable({
      read: () => {
        wanted = true;
        pump();
      },
      destroy: (error, done) => {
        this.followers.delete(pump);
        done(error);
      },
    });
    if (options.follow && !this.isClosed) this.followers.add(pump);
    return readable;
  }

  private firstOf({ since, tailLines }: LogOptions): number {
    let first = since === undefined ? 0 : this.entries.findIndex(({ time }) => time >= since);
    if (first === -1) first = this.entries.length;
    return tailLines === undefined ? first : Math.max(first, this.entries.length - tailLines);
  }
}

const MAX_LINE = 256 * 1024;

function withTime({ time }: Entry, text: Buffer, timestamps: boolean): Buffer {
  if (!timestamps) return text;
  // Nanoseconds in the text, milliseconds in the clock.
  const fraction = String(time - Math.floor(time / 1000) * 1000).padStart(3, '0');
  return Buffer.concat([Buffer.from(`${formatTime(time).slice(0, -1)}.${fraction}000000Z `), text]);
}
