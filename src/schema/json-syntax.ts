import { goQuote } from '../apimachinery/field-error.js';

/**
 * Objects and lists may be nested this deep. Go's encoding/json allows 10,000
 * levels, which `JSON.stringify` can't print; refusing at the door keeps every
 * recursive walker behind it clear of stack overflows.
 */
export const MAX_DEPTH = 1000;

const END = 'unexpected end of JSON input';

/** What may come next. */
type Expect = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'comma' | 'nothing';

/**
 * The words of Go's encoding/json for the first fault of a text that is no
 * JSON, or undefined for a text without fault. Bytes, not characters, are
 * named, as Go does. Only called once `JSON.parse` has failed.
 */
export function jsonSyntaxError(bytes: Uint8Array): string | undefined {
  return new SyntaxScanner(bytes).run();
}

class SyntaxScanner {
  private at = 0;
  /** One entry an open object (true) or list (false). */
  private readonly open: boolean[] = [];
  private expect: Expect = 'value';

  constructor(private readonly bytes: Uint8Array) {}

  run(): string | undefined {
    for (;;) {
      this.skipSpace();
      if (this.at >= this.bytes.length) return this.expect === 'nothing' ? undefined : END;
      const fault = this.step(this.byte());
      if (fault !== undefined) return fault;
    }
  }

  /** The byte at the cursor; the end reads as a space, which Go's scanner is fed there too. */
  private byte(): number {
    return this.bytes[this.at] ?? 0x20;
  }

  private skipSpace(): void {
    for (let c = this.bytes[this.at]; c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09; c = this.bytes[++this.at]);
  }

  private fault(context: string): string {
    return `invalid character ${quoteByte(this.byte())} ${context}`;
  }

  private step(c: number): string | undefined {
    switch (this.expect) {
      case 'nothing':
        return this.fault('after top-level value');
      case 'valueOrEnd':
        return c === 0x5d ? this.close() : this.value(c);
      case 'value':
        return this.value(c);
      case 'keyOrEnd':
        return c === 0x7d ? this.close() : this.key(c);
      case 'key':
        return this.key(c);
      case 'colon':
        if (c !== 0x3a) return this.fault('after object key');
        this.at++;
        this.expect = 'value';
        return undefined;
      case 'comma':
        return this.comma(c);
    }
  }

  private comma(c: number): string | undefined {
    const inObject = this.open[this.open.length - 1] === true;
    if (c === 0x2c) {
      this.at++;
      this.expect = inObject ? 'key' : 'value';
      return undefined;
    }
    if (c === (inObject ? 0x7d : 0x5d)) return this.close();
    return this.fault(inObject ? 'after object key:value pair' : 'after array element');
  }

  private key(c: number): string | undefined {
    if (c !== 0x22) return this.fault('looking for beginning of object key string');
    this.expect = 'colon';
    return this.string();
  }

  private close(): undefined {
    this.at++;
    this.open.pop();
    this.endValue();
  }

  private endValue(): void {
    this.expect = this.open.length === 0 ? 'nothing' : 'comma';
  }

  private value(c: number): string | undefined {
    if (c === 0x7b || c === 0x5b) {
      const isObject = c === 0x7b;
      this.open.push(isObject);
      if (this.open.length > MAX_DEPTH) return this.fault('exceeded max depth');
      this.at++;
      this.expect = isObject ? 'keyOrEnd' : 'valueOrEnd';
      return undefined;
    }
    this.endValue();
    if (c === 0x22) return this.string();
    if (c === 0x74) return this.literal('true');
    if (c === 0x66) return this.literal('false');
    if (c === 0x6e) return this.literal('null');
    if (c === 0x2d || isDigit(c)) return this.number(c);
    return this.fault('looking for beginning of value');
  }

  private literal(word: string): string | undefined {
    for (let i = 1; i < word.length; i++) {
      this.at++;
      if (this.byte() !== word.charCodeAt(i)) return this.fault(`in literal ${word} (expecting '${word.charAt(i)}')`);
    }
    this.at++;
    return undefined;
  }

  private number(first: number): string | undefined {
    let c = first;
    if (c === 0x2d) {
      c = this.next();
      if (!isDigit(c)) return this.fault('in numeric literal');
    }
    if (c === 0x30) c = this.next();
    else c = this.digits();
    if (c === 0x2e) {
      if (!isDigit(this.next())) return this.fault('after decimal point in numeric literal');
      c = this.digits();
    }
    if (c === 0x65 || c === 0x45) {
      c = this.next();
      if (c === 0x2b || c === 0x2d) c = this.next();
      if (!isDigit(c)) return this.fault('in exponent of numeric literal');
      this.digits();
    }
    return undefined;
  }

  private next(): number {
    this.at++;
    return this.byte();
  }

  private digits(): number {
    let c = this.byte();
    while (isDigit(c)) c = this.next();
    return c;
  }

  private string(): string | undefined {
    for (;;) {
      const c = this.next();
      if (this.at >= this.bytes.length) return END;
      if (c === 0x22) {
        this.at++;
        return undefined;
      }
      if (c < 0x20) return this.fault('in string literal');
      if (c === 0x5c) {
        const fault = this.escape(this.next());
        if (fault !== undefined) return fault;
      }
    }
  }

  private escape(c: number): string | undefined {
    if (c !== 0x75) return ESCAPES.includes(c) ? undefined : this.fault('in string escape code');
    for (let i = 0; i < 4; i++) if (!isHex(this.next())) return this.fault('in \\u hexadecimal character escape');
    return undefined;
  }
}

/** The characters `bfnrt\/"`. */
const ESCAPES: readonly number[] = [0x62, 0x66, 0x6e, 0x72, 0x74, 0x5c, 0x2f, 0x22];

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

function isHex(c: number): boolean {
  return isDigit(c) || (c >= 0x61 && c <= 0x66) || (c >= 0x41 && c <= 0x46);
}

function quoteByte(c: number): string {
  if (c === 0x27) return "'\\''";
  if (c === 0x22) return `'"'`;
  return `'${goQuote(String.fromCharCode(c)).slice(1, -1)}'`;
}
