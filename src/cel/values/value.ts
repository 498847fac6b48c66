import {
  BOOL,
  BYTES,
  CelType,
  DOUBLE,
  DURATION,
  INT,
  LIST,
  MAP,
  NULL,
  OPTIONAL,
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
  ERROR,
} from '../types/type.js';
import { Bytes } from './bytes.js';

/**
 * A value of an expression. int is a bigint, double a number; what JavaScript has no type for is an object.
 * Errors are values too, since `||`, `&&` and macros may ignore them.
 */
export type CelValue =
  | bigint
  | boolean
  | number
  | string
  | null
  | Bytes
  | CelError
  | CelList
  | CelMap
  | CelObject
  | CelType
  | Duration
  | Optional
  | Timestamp
  | Uint;

/** Why an expression has no value; the message is cel-go's. */
export class CelError {
  constructor(readonly message: string) {}
}

export class Uint {
  constructor(readonly value: bigint) {}
}

/** Nanoseconds since the epoch, and how many seconds the clock that they were read from is ahead of UTC: its text says so again. */
export class Timestamp {
  constructor(
    readonly nanos: bigint,
    readonly offset = 0,
  ) {}
}

/** Nanoseconds. */
export class Duration {
  constructor(readonly nanos: bigint) {}
}

/** `optional.of(value)`, or `optional.none()` if there is none. */
export class Optional {
  static readonly NONE = new Optional(undefined);

  constructor(readonly value: CelValue | undefined) {}
}

/** Values of types that libraries add, such as quantities. */
export abstract class CelObject {
  abstract readonly type: CelType;

  /** May be an error: not everything can be compared. */
  abstract equals(other: CelValue): CelValue;

  /** What cost estimates take for its size. */
  get size(): number {
    return 1;
  }

  /** As text, where messages show it. */
  toString(): string {
    return this.type.name;
  }
}

export abstract class CelList {
  abstract readonly size: number;

  /** The item at an index from 0 to size - 1; may be an error if the data is not what the schema says. */
  abstract at(index: number): CelValue;

  /** This list followed by another. */
  abstract concat(other: CelList): CelValue;

  /** Lists with an equality of their own (sets, lists with keys); undefined for those that are compared by place. */
  equalTo(_other: CelList): CelValue | undefined {
    return undefined;
  }

  *[Symbol.iterator](): Iterator<CelValue> {
    for (let i = 0; i < this.size; i++) yield this.at(i);
  }

  toArray(): CelValue[] {
    return Array.from(this);
  }
}

export abstract class CelMap {
  abstract readonly size: number;

  /** The value of a key, compared as `==` does; undefined if it isn't there. */
  abstract find(key: CelValue): CelValue | undefined;

  abstract keys(): readonly CelValue[];

  /** `map`, or the name of an object type. */
  get type(): CelType {
    return MAP;
  }

  /** `m.name` */
  field(name: string): CelValue | undefined {
    return this.find(name);
  }

  /** For maps with an equality of their own. */
  equalTo(_other: CelMap): CelValue | undefined {
    return undefined;
  }
}

export function isError(value: CelValue): value is CelError {
  return value instanceof CelError;
}

/** The type that `type(value)` gives. */
export function typeOfValue(value: CelValue): CelType {
  switch (typeof value) {
    case 'bigint':
      return INT;
    case 'boolean':
      return BOOL;
    case 'number':
      return DOUBLE;
    case 'string':
      return STRING;
    default:
      return value === null ? NULL : typeOfObject(value);
  }
}

function typeOfObject(value: CelValue & object): CelType {
  if (value instanceof CelList) return LIST;
  if (value instanceof CelMap) return value.type;
  if (value instanceof CelObject) return value.type;
  if (value instanceof Uint) return UINT;
  if (value instanceof Bytes) return BYTES;
  if (value instanceof Timestamp) return TIMESTAMP;
  if (value instanceof Duration) return DURATION;
  if (value instanceof Optional) return OPTIONAL;
  return value instanceof CelType ? TYPE : ERROR;
}

const NO_OVERLOAD = new CelError('no such overload');

/** For values of types that a function or operator isn't made for. */
export function noSuchOverload(...values: readonly CelValue[]): CelError {
  return values.find(isError) ?? NO_OVERLOAD;
}

/** The size that costs count with: of texts, lists and maps theirs, 1 for the rest (Go: interpreter.actualSize). */
export function sizeOfValue(value: CelValue): number {
  if (typeof value === 'string') return codePointCount(value);
  if (typeof value !== 'object' || value === null) return 1;
  if (value instanceof CelList || value instanceof CelMap || value instanceof CelObject) return value.size;
  if (value instanceof Bytes) return value.data.length;
  if (value instanceof Optional && value.value !== undefined) return sizeOfValue(value.value);
  return 1;
}

export function codePointCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff && i + 1 < text.length) {
      count--;
      i++;
    }
  }
  return count;
}
