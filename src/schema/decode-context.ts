import { goQuote } from '../apimachinery/field-error.js';
import { DecodingError } from './decoding-error.js';
import { MAX_STRICT_ERRORS } from './json.js';
import { NumberLiteral, type LiteralValue } from './json-literal.js';

/** A struct's field on the way to the value in hand. */
export interface FieldStep {
  readonly name: string;
  /** Go names of the embedded structs that the field is in, then its own: `['ProbeHandler', 'exec']`. */
  readonly goPath: readonly string[];
  /** Go name of the struct whose JSON object holds the field. */
  readonly struct: string;
}

/** One step down: a field, a map's key (string) or a list's index (number). */
type Step = FieldStep | string | number;

/** A value whose JSON type doesn't fit; Go's json.UnmarshalTypeError. */
export class TypeMismatch extends Error {
  constructor(
    /** What the JSON holds: `string`, `number 1.5`, … */
    readonly found: string,
    /** The Go type that was expected. */
    readonly goType: string,
    /** Path of fields below the value that its own decoder was given. */
    readonly below = '',
  ) {
    super(`json: cannot unmarshal ${found} into Go value of type ${goType}`);
  }
}

/**
 * Where a decoder stands and what it found. As in Go, a value of the wrong type
 * is remembered (the first one counts) and decoding goes on; a type with a
 * decoder of its own (times, quantities) ends it by throwing.
 */
export class DecodeContext {
  private readonly steps: Step[] = [];
  private readonly strictErrors = new Set<string>();
  mismatch: TypeMismatch | undefined;
  /** The error to report for what `mismatch` and `saveError` remembered. */
  private saved: DecodingError | undefined;

  constructor(
    readonly strict: boolean,
    /** Path of the whole value, in strict errors only. */
    private readonly prefix: string,
    /** The input is plain JSON, without NumberLiteral or RepeatedKeys in it. */
    readonly isPlain: boolean,
  ) {}

  push(step: Step): void {
    this.steps.push(step);
  }

  pop(): void {
    this.steps.pop();
  }

  /** Remembers that a value has the wrong type. */
  saveMismatch(found: string, goType: string): void {
    if (this.saved !== undefined) return;
    this.mismatch = new TypeMismatch(found, goType, this.fieldPath());
    this.saved = this.explain(new TypeMismatch(found, goType));
  }

  /** Remembers an error that has no place. */
  saveError(error: DecodingError): void {
    this.saved ??= error;
  }

  /** The remembered error. */
  get error(): DecodingError | undefined {
    return this.saved;
  }

  /** Gives an error its place, if it is one of those that tell it. */
  explain(error: Error): DecodingError {
    if (!(error instanceof TypeMismatch)) return error instanceof DecodingError ? error : new DecodingError(error.message);
    const struct = this.structName();
    if (struct === undefined) {
      return new DecodingError(
        error.below === ''
          ? error.message
          : `json: cannot unmarshal ${error.found} into Go struct field .${error.below} of type ${error.goType}`,
      );
    }
    const path = error.below === '' ? this.fieldPath() : `${this.fieldPath()}.${error.below}`;
    return new DecodingError(`json: cannot unmarshal ${error.found} into Go struct field ${struct}.${path} of type ${error.goType}`);
  }

  /** Reports a field that the type doesn't have; `key` is where the steps don't lead yet. */
  unknownField(key: string): void {
    this.strictError('unknown', key);
  }

  duplicateField(key: string): void {
    this.strictError('duplicate', key);
  }

  /** In the order found; Go stops at 100. */
  strictMessages(): string[] {
    return [...this.strictErrors];
  }

  private strictError(what: 'unknown' | 'duplicate', key: string): void {
    if (!this.strict || this.strictErrors.size >= MAX_STRICT_ERRORS) return;
    let path = this.prefix;
    for (const step of this.steps) {
      if (typeof step === 'number') path += `[${String(step)}]`;
      else path += `${path === '' ? '' : '.'}${typeof step === 'string' ? step : step.name}`;
    }
    this.strictErrors.add(`${what} field ${goQuote(path === '' ? key : `${path}.${key}`)}`);
  }

  private structName(): string | undefined {
    for (let i = this.steps.length - 1; i >= 0; i--) {
      const step = this.steps[i];
      if (typeof step === 'object') return step.struct;
    }
    return undefined;
  }

  private fieldPath(): string {
    const names: string[] = [];
    for (const step of this.steps) if (typeof step === 'object') names.push(...step.goPath);
    return names.join('.');
  }
}

/** What a JSON value is called in Go's errors. */
export function describe(value: LiteralValue): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || value instanceof NumberLiteral) return 'number';
  return typeof value === 'string' ? 'string' : value === null ? 'null' : 'object';
}

/** The text of a number in a body. */
export function numberText(value: number | NumberLiteral): string {
  return typeof value === 'number' ? String(value) : value.text;
}
