/** Where a program's bytes come from. */
export interface ByteSource {
  /** The next bytes; undefined at the end. A read that was given up on (`cancel` was called) takes nothing. */
  read(cancelled?: Cancellation): Promise<Uint8Array | undefined>;
  /** Nobody will read any more. */
  close(): void;
}

/** Where they go. */
export interface ByteSink {
  /** Resolves when there is room for more; rejects with FsError EPIPE if nobody will read them. */
  write(bytes: Uint8Array): Promise<void> | void;
  close(): void;
}

/** Tells a waiting operation that nobody waits for it any more. */
export interface Cancellation {
  onCancel(action: () => void): void;
}

export const EMPTY_SOURCE: ByteSource = { read: () => Promise.resolve(undefined), close: () => undefined };
export const NULL_SINK: ByteSink = { write: () => undefined, close: () => undefined };

/** A source that yields these bytes and ends. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  let left: Uint8Array | undefined = bytes.length === 0 ? undefined : bytes;
  return {
    read: () => {
      const chunk = left;
      left = undefined;
      return Promise.resolve(chunk);
    },
    close: () => undefined,
  };
}

/** A program wants more memory than it may have: it ends as if the kernel had killed it. */
export class OutOfMemory extends Error {
  constructor() {
    super('Cannot allocate memory');
  }
}

/** All that is left, up to a limit; more rejects with OutOfMemory, and closes the source. */
export async function readAll(source: ByteSource, limit: number, cancelled?: Cancellation): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let chunk = await source.read(cancelled); chunk !== undefined; chunk = await source.read(cancelled)) {
    size += chunk.length;
    if (size > limit) {
      source.close();
      throw new OutOfMemory();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
