/** Appends protobuf wire forms to a buffer that grows. Nested messages are written in place; see `message`. */
export class ProtobufWriter {
  private buffer = Buffer.allocUnsafe(1024);
  private length = 0;

  /** A copy of what was written. */
  finish(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length));
  }

  private ensure(size: number): void {
    if (this.length + size <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + size));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  tag(number: number, wireType: number): void {
    this.unsigned(number * 8 + wireType);
  }

  /** A varint of a non-negative safe integer. */
  unsigned(value: number): void {
    this.ensure(10);
    let rest = value;
    while (rest > 127) {
      this.buffer[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.length++] = rest;
  }

  /** A varint of a signed integer: negative ones take ten bytes (int32 and int64 alike). */
  signed(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) {
      this.unsigned(value);
      return;
    }
    this.ensure(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.buffer[this.length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.buffer[this.length++] = Number(rest);
  }

  double(value: number): void {
    this.ensure(8);
    this.length = this.buffer.writeDoubleLE(value, this.length);
  }

  float(value: number): void {
    this.ensure(4);
    this.length = this.buffer.writeFloatLE(value, this.length);
  }

  string(text: string): void {
    const size = Buffer.byteLength(text);
    this.unsigned(size);
    this.ensure(size);
    this.length += this.buffer.write(text, this.length);
  }

  bytes(bytes: Uint8Array): void {
    this.unsigned(bytes.length);
    this.ensure(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Length-delimited content: one byte is kept for its length, and the content moves if that is too short. */
  message(write: () => void): void {
    this.ensure(1);
    const start = ++this.length;
    write();
    const size = this.length - start;
    if (size < 128) {
      this.buffer[start - 1] = size;
      return;
    }
    const extra = sizeOfVarint(size) - 1;
    this.ensure(extra);
    this.buffer.copyWithin(start + extra, start, this.length);
    this.length = start - 1;
    this.unsigned(size);
    this.length += size;
  }
}

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}
