/** Wire types (protobuf.dev/programming-guides/encoding). */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const TWO_32 = 4294967296;
const MAX_INT64 = (1n << 63n) - 1n;
const FIRST_SIZE = 4096;
/** A larger buffer isn't kept for the next message. */
const KEPT_SIZE = 1 << 20;

/**
 * Writes a message from its end to its beginning, so that the length of a nested
 * message is known when its header is due (as gogo's MarshalToSizedBuffer does).
 */
export class ProtobufWriter {
  private buffer = Buffer.allocUnsafe(FIRST_SIZE);
  /** Where the bytes written so far begin. */
  private start = FIRST_SIZE;

  /** Forgets all that was written. */
  reset(): void {
    if (this.buffer.length > KEPT_SIZE) this.buffer = Buffer.allocUnsafe(FIRST_SIZE);
    this.start = this.buffer.length;
  }

  /** A copy of what was written. */
  take(): Buffer {
    return Buffer.from(this.buffer.subarray(this.start));
  }

  /** Bytes written so far. */
  get length(): number {
    return this.buffer.length - this.start;
  }

  private reserve(size: number): void {
    if (this.start >= size) return;
    const written = this.length;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, written + size));
    this.buffer.copy(grown, grown.length - written, this.start);
    this.start = grown.length - written;
    this.buffer = grown;
  }

  /** Field number and wire type, in front of the value that was written. */
  tag(number: number, wireType: number): void {
    this.uint(number * 8 + wireType);
  }

  /** Tag and length of everything that was written since `length` had the value `before`. */
  header(number: number, before: number): void {
    this.uint(this.length - before);
    this.tag(number, BYTES);
  }

  /** An unsigned varint; at most 2^53. */
  uint(value: number): void {
    this.reserve(10);
    if (value < 128) this.buffer[--this.start] = value;
    else this.words(value % TWO_32, Math.floor(value / TWO_32));
  }

  /** A signed varint: negative numbers take ten bytes, as proto2 wants it. Beyond int64 it is the nearest limit. */
  int(value: number): void {
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) this.uint(value);
    else {
      const exact = BigInt(Math.trunc(value));
      this.bigint(exact > MAX_INT64 ? MAX_INT64 : exact);
    }
  }

  /** A signed varint of 64 bits. */
  bigint(value: bigint): void {
    this.reserve(10);
    const unsigned = BigInt.asUintN(64, value);
    this.words(Number(unsigned & 0xffffffffn), Number(unsigned >> 32n));
  }

  /** A varint given as two unsigned halves; ten bytes are reserved. */
  private words(low: number, high: number): void {
    let size = 1;
    for (let l = low, h = high; h !== 0 || l > 127; size++) {
      l = ((l >>> 7) | (h << 25)) >>> 0;
      h >>>= 7;
    }
    this.start -= size;
    let at = this.start;
    let l = low;
    let h = high;
    while (h !== 0 || l > 127) {
      this.buffer[at++] = (l & 127) | 128;
      l = ((l >>> 7) | (h << 25)) >>> 0;
      h >>>= 7;
    }
    this.buffer[at] = l;
  }

  boolean(value: boolean): void {
    this.reserve(1);
    this.buffer[--this.start] = value ? 1 : 0;
  }

  double(value: number): void {
    this.reserve(8);
    this.start -= 8;
    this.buffer.writeDoubleLE(value, this.start);
  }

  float(value: number): void {
    this.reserve(4);
    this.start -= 4;
    this.buffer.writeFloatLE(value, this.start);
  }

  /** The bytes of a text, without their length. */
  text(text: string): void {
    if (text.length < 32 && this.shortAscii(text)) return;
    const bytes = Buffer.byteLength(text);
    this.reserve(bytes);
    this.start -= bytes;
    this.buffer.write(text, this.start);
  }

  /** Most texts are short and ASCII; a loop is faster than a call out of JavaScript. */
  private shortAscii(text: string): boolean {
    const size = text.length;
    this.reserve(size);
    const from = this.start - size;
    for (let i = 0; i < size; i++) {
      const c = text.charCodeAt(i);
      if (c > 127) return false;
      this.buffer[from + i] = c;
    }
    this.start = from;
    return true;
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.start -= bytes.length;
    this.buffer.set(bytes, this.start);
  }
}
