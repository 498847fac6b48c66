import type { Json } from '../schema/type.js';

/**
 * A small protobuf encoder for gnostic's OpenAPI messages
 * (github.com/google/gnostic-models, openapiv2 and openapiv3): rules say how a
 * JSON value is written, messages hold a rule for each JSON key.
 */

/** Writes a JSON value into a message. */
export type Rule = (out: Writer, value: Json) => void;

export interface Message {
  readonly fields: Readonly<Record<string, Rule>>;
  /** Number of the repeated field that takes keys beginning with `x-`. */
  readonly extensions?: number | undefined;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** A message under construction. */
export class Writer {
  readonly #chunks: Buffer[] = [];
  #length = 0;

  finish(): Buffer {
    return Buffer.concat(this.#chunks, this.#length);
  }

  varint(number: number, value: number): void {
    this.#push(Buffer.concat([varintBytes(number * 8 + VARINT), varintBytes(value)]));
  }

  double(number: number, value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.#push(varintBytes(number * 8 + FIXED64));
    this.#push(bytes);
  }

  bytes(number: number, value: Buffer): void {
    this.#push(varintBytes(number * 8 + BYTES));
    this.#push(varintBytes(value.length));
    this.#push(value);
  }

  #push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }
}

/** Negative numbers take ten bytes, as protobuf's int64 does. */
function varintBytes(value: number): Buffer {
  if (value >= 0 && value < 0x80) return Buffer.of(value);
  const bytes: number[] = [];
  if (value >= 0) {
    let rest = Math.trunc(value);
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
    bytes.push(rest);
    return Buffer.from(bytes);
  }
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

export const text =
  (number: number): Rule =>
  (out, value) => {
    if (typeof value === 'string' && value !== '') out.bytes(number, Buffer.from(value));
  };

export const texts =
  (number: number): Rule =>
  (out, value) => {
    for (const item of listOf(value)) if (typeof item === 'string') out.bytes(number, Buffer.from(item));
  };

export const flag =
  (number: number): Rule =>
  (out, value) => {
    if (value === true) out.varint(number, 1);
  };

export const integer =
  (number: number): Rule =>
  (out, value) => {
    if (typeof value === 'number' && Number.isFinite(value) && value !== 0) out.varint(number, value);
  };

export const double =
  (number: number): Rule =>
  (out, value) => {
    if (typeof value === 'number' && value !== 0) out.double(number, value);
  };

/** A message whose content one rule writes. */
export const wrapped =
  (number: number, rule: Rule): Rule =>
  (out, value) => {
    const inner = new Writer();
    rule(inner, value);
    out.bytes(number, inner.finish());
  };

/** Any JSON, which gnostic keeps as YAML text. */
export const any = (number: number): Rule => wrapped(number, (out, value) => out.bytes(2, Buffer.from(`${JSON.stringify(value)}\n`)));

export const each =
  (rule: Rule): Rule =>
  (out, value) => {
    for (const item of listOf(value)) rule(out, item);
  };

/** An object as a repeated message of name = 1 and value = 2, in the object's order. */
export const named =
  (number: number, value: (number: number) => Rule): Rule =>
  (out, object) => {
    const write = value(2);
    for (const [name, item] of entriesOf(object)) {
      const entry = new Writer();
      entry.bytes(1, Buffer.from(name));
      write(entry, item);
      out.bytes(number, entry.finish());
    }
  };

/** A nested message; the function lets messages refer to each other. */
export const message = (number: number, of: () => Message): Rule => wrapped(number, (out, value) => writeMessage(out, value, of()));

/** One of several forms of a value. */
export const choice =
  (choose: (value: Json) => Rule): Rule =>
  (out, value) => {
    choose(value)(out, value);
  };

export function writeMessage(out: Writer, value: Json, { fields, extensions }: Message): void {
  for (const [key, item] of entriesOf(value)) {
    const rule = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (rule !== undefined) rule(out, item);
    else if (extensions !== undefined && key.startsWith('x-')) named(extensions, any)(out, { [key]: item });
  }
}

export function isReference(value: Json): boolean {
  return typeof value === 'object' && value !== null && '$ref' in value;
}

function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function entriesOf(value: Json): readonly (readonly [string, Json])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, item] as const]));
}
