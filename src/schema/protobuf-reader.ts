/** Bytes that are no protobuf message of the expected type; the message is gogo's. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_FIXED32 = 5;

const MAX_UNSIGNED_INT32 = 0xffffffff;

/** Reads protobuf wire forms; every read is checked against the end. */
export class ProtobufReader {
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
    private readonly end = bytes.length,
  ) {}

  get done(): boolean {
    return this.at >= this.end;
  }

  /** A varint as an exact integer: a number where it is safe, otherwise a bigint. Unsigned. */
  varint(): number | bigint {
    let result = 0;
    let shift = 1;
    const start = this.at;
    for (let i = 0; i < 7; i++) {
      const byte = this.byte();
      result += (byte & 127) * shift;
      if (byte < 128) return result;
      shift *= 128;
    }
    this.at = start;
    let big = 0n;
    for (let i = 0n; i < 10n; i++) {
      const byte = this.byte();
      big |= BigInt(byte & 127) << (i * 7n);
      if (byte < 128) return big <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(big) : BigInt.asUintN(64, big);
    }
    throw new ProtobufError('proto: integer overflow');
  }

  /** A signed 64-bit varint. Values beyond 2^53 lose precision, as everywhere in JSON. */
  int64(): number {
    const value = this.varint();
    return typeof value === 'number' ? value : Number(BigInt.asIntN(64, value));
  }

  int32(): number {
    const value = this.varint();
    return typeof value === 'number' && value <= 0x7fffffff ? value : Number(BigInt.asIntN(32, BigInt(value)));
  }

  /** Field number and wire type. */
  tag(): { readonly number: number; readonly wireType: number } {
    const value = this.varint();
    if (typeof value !== 'number' || value > MAX_UNSIGNED_INT32 * 8) throw new ProtobufError('proto: integer overflow');
    return { number: Math.floor(value / 8), wireType: value % 8 };
  }

  double(): number {
    return this.take(8).readDoubleLE(0);
  }

  float(): number {
    return this.take(4).readFloatLE(0);
  }

  /** Length-delimited content; shares memory with the message. */
  block(): Buffer {
    const size = this.varint();
    if (typeof size !== 'number' || size > 0x7fffffff) throw new ProtobufError('proto: negative length found during unmarshaling');
    return this.take(size);
  }

  skip(wireType: number): void {
    switch (wireType) {
      case WIRE_VARINT:
        this.varint();
        return;
      case WIRE_FIXED64:
        this.take(8);
        return;
      case WIRE_BYTES:
        this.block();
        return;
      case WIRE_FIXED32:
        this.take(4);
        return;
      case 3:
        this.skipGroup();
        return;
      default:
        throw new ProtobufError(`proto: illegal wireType ${String(wireType)}`);
    }
  }

  private skipGroup(): void {
    for (let depth = 1; depth > 0; ) {
      const { wireType } = this.tag();
      if (wireType === 3) depth++;
      else if (wireType === 4) depth--;
      else this.skip(wireType);
    }
  }

  private byte(): number {
    if (this.at >= this.end) throw new ProtobufError('unexpected EOF');
    return this.bytes[this.at++] ?? 0;
  }

  private take(size: number): Buffer {
    if (size > this.end - this.at) throw new ProtobufError('unexpected EOF');
    const taken = this.bytes.subarray(this.at, this.at + size);
    this.at += size;
    return taken;
  }
}
