import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { v4 } from 'uuid';

/** The only source of chance. With a seed, two runs give the same uids and names. */
export interface Random {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** Uniform among the integers of [0, `bound`); `bound` is less than 2^48. */
  int(bound: number): number;
  bytes(count: number): Uint8Array;
  /** A version 4 UUID, such as metadata.uid. */
  uuid(): string;
  /** `length` characters of Kubernetes' alphabet without vowels. */
  alphanumeric(length: number): string;
}

/** No vowels, so that no words arise (Go: k8s.io/apimachinery/pkg/util/rand). */
export const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

function alphanumeric(random: Random, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += SAFE_ALPHABET.charAt(random.int(SAFE_ALPHABET.length));
  return text;
}

/** Unpredictable: for real use, tokens included. */
export class SystemRandom implements Random {
  fraction(): number {
    return randomInt(2 ** 48 - 1) / 2 ** 48;
  }

  int(bound: number): number {
    return randomInt(bound);
  }

  bytes(count: number): Uint8Array {
    return randomBytes(count);
  }

  uuid(): string {
    return randomUUID();
  }

  alphanumeric(length: number): string {
    return alphanumeric(this, length);
  }
}

/** Repeatable: for tests and recorded sessions. The generator is sfc32. */
export class SeededRandom implements Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number | string) {
    // FNV-1a spreads similar seeds (1, 2, …) over the whole state.
    const text = String(seed);
    const mix = (offset: number): number => {
      let hash = offset;
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
      return hash | 0;
    };
    this.a = mix(2166136261);
    this.b = mix(this.a ^ 0x9e3779b9);
    this.c = mix(this.b ^ 0x85ebca6b);
    for (let i = 0; i < 16; i++) this.next();
  }

  /** 32 random bits as an unsigned integer. */
  private next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return sum >>> 0;
  }

  fraction(): number {
    return (this.next() * 2 ** 21 + (this.next() >>> 11)) / 2 ** 53;
  }

  int(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    let bits = 0;
    for (let i = 0; i < count; i++) {
      if (i % 4 === 0) bits = this.next();
      bytes[i] = bits & 0xff;
      bits >>>= 8;
    }
    return bytes;
  }

  uuid(): string {
    return v4({ random: this.bytes(16) });
  }

  alphanumeric(length: number): string {
    return alphanumeric(this, length);
  }
}
