/** A value of CEL's type bytes. */
export class Bytes {
  constructor(readonly data: Uint8Array) {}

  equals(other: Bytes): boolean {
    return this.compare(other) === 0;
  }

  compare(other: Bytes): number {
    return Buffer.compare(this.data, other.data);
  }

  concat(other: Bytes): Bytes {
    return new Bytes(Buffer.concat([this.data, other.data]));
  }
}
