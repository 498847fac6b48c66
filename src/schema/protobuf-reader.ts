import { DecodingError } from './decoding-error.js';
import { BYTES, FIXED32, FIXED64, VARINT } from './protobuf-writer.js';

/** A message that can't be decoded; the words are those of gogo protobuf's generated code. */
export class ProtobufError extends DecodingError {
  override readonly name = 'ProtobufError';
}

const TWO_32 = 4294967296;

/** Reads the fields of a message, and of those nested in it. */
export class ProtobufReader {
  /** The two halves of the last varint, unsigned. */
  private low = 0;
  private high = 0;

  constructor(
    private readonly buffer: Buffer,
    private at = 0,
    /** End of the message at hand. */
    private end = buffer.length,
  ) {}

  get atEnd(): boolean {
    return this.at >= this.end;
  }

  /** Reads a varint into `low` and `high`. */
  private varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw new ProtobufError('unexpected EOF');
      const byte = this.buffer[this.at++] ?? 0;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw new ProtobufError('proto: integer overflow');
  }

  /** An unsigned number; beyond 2^53 the nearest double. */
  private uint(): number {
    this.varint();
    return this.high * TWO_32 + this.low;
  }

  /** An int32: the low half, as Go's conversion takes it. */
  int32(): number {
    this.varint();
    return this.low | 0;
  }

  uint32(): number {
    this.varint();
    return this.low;
  }

  /** An int64; beyond 2^53 the nearest double. */
  int64(): number {
    this.varint();
    return (this.high | 0) * TWO_32 + this.low;
  }

  bigint(): bigint {
    this.varint();
    return BigInt.asIntN(64, (BigInt(this.high) << 32n) | BigInt(this.low));
  }

  boolean(): boolean {
    this.varint();
    return this.low !== 0 || this.high !== 0;
  }

  double(): number {
    return this.buffer.readDoubleLE(this.fixed(8));
  }

  float(): number {
    return this.buffer.readFloatLE(this.fixed(4));
  }

  /** Passes a value of fixed size; returns where it begins. */
  private fixed(size: number): number {
    const { at } = this;
    if (at + size > this.end) throw new ProtobufError('unexpected EOF');
    this.at += size;
    return at;
  }

  /** The end of the length-delimited value at hand; the cursor is at its beginning. */
  private delimit(): number {
    const length = this.uint();
    if (this.high >= 0x80000000) throw new ProtobufError('proto: negative length found during unmarshaling');
    if (length > this.end - this.at) throw new ProtobufError('unexpected EOF');
    return this.at + length;
  }

  text(): string {
    const end = this.delimit();
    const from = this.at;
    this.at = end;
    return this.buffer.toString('utf8', from, end);
  }

  /** The bytes themselves, not a copy. */
  bytes(): Buffer {
    const end = this.delimit();
    const from = this.at;
    this.at = end;
    return this.buffer.subarray(from, end);
  }

  /** Narrows the reader to the nested message at hand; returns what `leave` needs. */
  enter(): number {
    const outer = this.end;
    this.end = this.delimit();
    return outer;
  }

  leave(outer: number): void {
    this.at = this.end;
    this.end = outer;
  }

  /** Field number × 8 + wire type. `message` is for errors. */
  tag(message: string): number {
    const wire = this.uint();
    const wireType = this.low & 7;
    if (wireType === 4) throw new ProtobufError(`proto: ${message}: wiretype end group for non-group`);
    // Go takes the number as an int32.
    const number = Math.floor(wire / 8) | 0;
    if (number <= 0) throw new ProtobufError(`proto: ${message}: illegal tag ${String(number)} (wire type ${String(wire)})`);
    return number * 8 + wireType;
  }

  /** Skips the value of a field that nobody knows. */
  skip(wireType: number): void {
    if (wireType === 3) this.skipGroup();
    else this.skipValue(wireType);
  }

  private skipGroup(): void {
    for (let depth = 1; depth > 0;) {
      this.varint();
      const wireType = this.low & 7;
      if (wireType === 3) depth++;
      else if (wireType === 4) depth--;
      else this.skipValue(wireType);
    }
  }

  private skipValue(wireType: number): void {
    switch (wireType) {
      case VARINT:
        this.varint();
        return;
      case FIXED64:
        this.fixed(8);
        return;
      case BYTES:
        this.at = this.delimit();
        return;
      case FIXED32:
        this.fixed(4);
        return;
      default:
        throw new ProtobufError(`proto: illegal wireType ${String(wireType)}`);
    }
  }
}
