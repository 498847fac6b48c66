/** What sort of type a type is. `param` stands for any type until the checker has found which; `opaque` has a name and parameters. */
export type Kind =
  | 'any'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'opaque'
  | 'param'
  | 'string'
  | 'struct'
  | 'timestamp'
  | 'type'
  | 'uint';

const NONE: readonly CelType[] = [];

/** A type of CEL; also a value, as `type(x)` gives it (cel-spec: langdef, Types). */
export class CelType {
  constructor(
    readonly kind: Kind,
    /** The name that values of the type say they have, such as `google.protobuf.Timestamp`. */
    readonly name: string,
    readonly params: readonly CelType[] = NONE,
  ) {}

  /** Whether both are the same type, parameters included. */
  equals(other: CelType): boolean {
    if (this === other) return true;
    return (
      this.kind === other.kind &&
      this.name === other.name &&
      this.params.length === other.params.length &&
      this.params.every((param, i) => param.equals(other.params[i] as CelType))
    );
  }

  /** As messages show it: `map(string, list(int))`. */
  toString(): string {
    const short = SHORT[this.kind];
    if (short !== undefined) return short;
    if (this.params.length === 0) return this.name;
    return `${this.name}(${this.params.map(String).join(', ')})`;
  }
}

/** A type by the names that values know, as some of Kubernetes' own messages show it: `null_type`, `google.protobuf.Duration`. */
export function fullName({ name, params }: CelType): string {
  return params.length === 0 ? name : `${name}(${params.map(fullName).join(', ')})`;
}

const SHORT: Partial<Readonly<Record<Kind, string>>> = {
  any: 'any',
  duration: 'duration',
  error: '!error!',
  null: 'null',
  timestamp: 'timestamp',
};

export const ANY = new CelType('any', 'google.protobuf.Any');
export const BOOL = new CelType('bool', 'bool');
export const BYTES = new CelType('bytes', 'bytes');
export const DOUBLE = new CelType('double', 'double');
export const DURATION = new CelType('duration', 'google.protobuf.Duration');
export const DYN = new CelType('dyn', 'dyn');
export const ERROR = new CelType('error', 'error');
export const INT = new CelType('int', 'int');
export const NULL = new CelType('null', 'null_type');
export const STRING = new CelType('string', 'string');
export const TIMESTAMP = new CelType('timestamp', 'google.protobuf.Timestamp');
export const TYPE = new CelType('type', 'type');
export const UINT = new CelType('uint', 'uint');

export function listOf(element: CelType): CelType {
  return new CelType('list', 'list', [element]);
}

export function mapOf(key: CelType, value: CelType): CelType {
  return new CelType('map', 'map', [key, value]);
}

export function optionalOf(value: CelType): CelType {
  return new CelType('opaque', 'optional_type', [value]);
}

/** The type of a type that is named as a value. */
export function typeOf(type: CelType): CelType {
  return new CelType('type', 'type', [type]);
}

export function param(name: string): CelType {
  return new CelType('param', name);
}

export function structType(name: string): CelType {
  return new CelType('struct', name);
}

export function opaqueType(name: string, ...params: readonly CelType[]): CelType {
  return new CelType('opaque', name, params);
}

/** Lists and maps as their values know them: of anything. */
export const LIST = listOf(DYN);
export const MAP = mapOf(DYN, DYN);
export const OPTIONAL = optionalOf(DYN);

/** What may be in an optional, if the type is one. */
export function unwrapOptional(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? type.params[0] : undefined;
}

/** Matches everything that the checker couldn't or needn't know. */
export function isDyn(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'any';
}

/** Types that expressions may name as values, such as `type(x) == int`. */
export const NAMED_TYPES: ReadonlyMap<string, CelType> = new Map(
  [BOOL, BYTES, DOUBLE, DURATION, INT, NULL, STRING, TIMESTAMP, TYPE, UINT, LIST, MAP, OPTIONAL].map((type) => [type.name, type]),
);
