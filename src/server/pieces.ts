/** The bytes of all pieces together. */
export function lengthOf(pieces: readonly Buffer[]): number {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
}

/**
 * The bytes of pieces in chunks of one size, but for the last.
 * @param length of all pieces together
 * @param size of a chunk, in bytes
 */
export function* inChunks(pieces: readonly Buffer[], length: number, size: number): Generator<Buffer, void, undefined> {
  let rest = length;
  let chunk = Buffer.allocUnsafeSlow(Math.min(size, rest));
  let filled = 0;
  for (const piece of pieces) {
    let taken = 0;
    while (taken < piece.length) {
      const count = piece.copy(chunk, filled, taken);
      taken += count;
      filled += count;
      if (filled < chunk.length) continue;
      yield chunk;
      rest -= filled;
      filled = 0;
      chunk = Buffer.allocUnsafeSlow(Math.min(size, rest));
    }
  }
}
