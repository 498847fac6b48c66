import type { ByteSource, Cancellation } from './bytes.js';

const NEWLINE = 0x0a;

/** A source from which a line can be taken without what follows it. */
export class BufferedSource implements ByteSource {
  private left: Uint8Array | undefined;

  constructor(private readonly source: ByteSource) {}

  static of(source: ByteSource): BufferedSource {
    return source instanceof BufferedSource ? source : new BufferedSource(source);
  }

  read(cancelled?: Cancellation): Promise<Uint8Array | undefined> {
    const { left } = this;
    this.left = undefined;
    return left === undefined ? this.source.read(cancelled) : Promise.resolve(left);
  }

  /** Puts back what was read too much. */
  unread(bytes: Uint8Array): void {
    if (bytes.length > 0) this.left = this.left === undefined ? bytes : Buffer.concat([bytes, this.left]);
  }

  /** The next line with its newline; less at the end; undefined if there is nothing left. */
  async readLine(read: (source: ByteSource) => Promise<Uint8Array | undefined>, limit = MAX_LINE): Promise<Buffer | undefined> {
    const parts: Uint8Array[] = [];
    for (let size = 0; size < limit;) {
      const chunk = await read(this);
      if (chunk === undefined) break;
      const end = chunk.indexOf(NEWLINE);
      if (end === -1) {
        parts.push(chunk);
        size += chunk.length;
        continue;
      }
      parts.push(chunk.subarray(0, end + 1));
      this.unread(chunk.subarray(end + 1));
      break;
    }
    return parts.length === 0 ? undefined : Buffer.concat(parts);
  }

  close(): void {
    this.source.close();
  }
}

/** Bytes of a line that are taken at a time. */
const MAX_LINE = 1024 * 1024;
