import { parseInstant } from '../apimachinery/time.js';
import type { Field, ScalarName, ScalarType, StructType, Type } from '../schema/type.js';
import { goFieldName } from './go-names.js';
import { dumpQuantity } from './quantity-dump.js';

/** Any object or map in JSON form. */
type Fields = Readonly<Record<string, unknown>>;

/** Seconds from Go's zero time to the epoch. */
const EPOCH = 62135596800;

/**
 * An object of the core/v1 types as Go would print it for a hash: whole structs
 * with field names, types and zero values, pointers followed (Go: k8s.io/utils/dump.ForHash,
 * which is go-spew's `%#v`). The value is as a decoder leaves it.
 */
export function goDump(type: StructType, value: Fields): string {
  return `(v1.${type.goName})${dumpStruct(type, value)}`;
}

function dumpStruct(type: StructType, value: Fields): string {
  return `{${type.fields.map((field) => dumpField(type, field, value)).join(' ')}}`;
}

function dumpField(parent: StructType, field: Field, parentValue: Fields): string {
  const { type, name, pointer } = field;
  if (field.inline === true && type.kind === 'struct') return `${name}:(v1.${type.goName})${dumpStruct(type, parentValue)}`;
  const value = Object.hasOwn(parentValue, name) ? parentValue[name] : undefined;
  const head = `${goFieldName(parent.goName, name)}:(${pointer ? '*' : ''}${goType(type)})`;
  return head + (pointer && value == null ? '<nil>' : dumpValue(type, value));
}

/** A value without its type. */
function dumpValue(type: Type, value: unknown): string {
  switch (type.kind) {
    case 'struct':
      return dumpStruct(type, (value ?? {}) as Fields);
    case 'list': {
      const items = (value ?? []) as readonly unknown[];
      // Empty lists don't survive protobuf.
      return items.length === 0 ? '<nil>' : `[${items.map((item) => dumpValue(type.items, item)).join(' ')}]`;
    }
    case 'map': {
      const entries = Object.entries((value ?? {}) as Fields).map(([key, item]) => [Buffer.from(key), key, item] as const);
      if (entries.length === 0) return '<nil>';
      entries.sort(([a], [b]) => Buffer.compare(a, b));
      return `map[${entries.map(([, key, item]) => `${key}:${dumpValue(type.values, item)}`).join(' ')}]`;
    }
    case 'scalar':
      return dumpScalar(type, value);
  }
}

function dumpScalar({ scalar }: ScalarType, value: unknown): string {
  switch (scalar) {
    case 'string':
      return String(value ?? '');
    case 'boolean':
      return String(value ?? false);
    case 'intOrString':
      return typeof value === 'string'
        ? `{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)${value}}`
        : `{Type:(intstr.Type)0 IntVal:(int32)${String(value ?? 0)} StrVal:(string)}`;
    case 'quantity':
      return dumpQuantity(value as string | undefined);
    case 'time':
      return `{Time:(time.Time)${dumpTime(value as string | null | undefined)}}`;
    default:
      return String(value ?? 0);
  }
}

/** Times that were read are local ones; a controller manager's image has no time zone, which makes it UTC. */
function dumpTime(value: string | null | undefined): string {
  if (value == null) return '{wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}';
  const { seconds } = parseInstant(value);
  const location =
    '{name:(string)UTC zone:([]time.zone)<nil> tx:([]time.zoneTrans)<nil> extend:(string) cacheStart:(int64)0 cacheEnd:(int64)0 cacheZone:(*time.zone)<nil>}';
  return `{wall:(uint64)0 ext:(int64)${String(seconds + EPOCH)} loc:(*time.Location)${location}}`;
}

const GO_SCALARS: Partial<Readonly<Record<ScalarName, string>>> = {
  boolean: 'bool',
  double: 'float64',
  intOrString: 'intstr.IntOrString',
  quantity: 'resource.Quantity',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  duration: 'v1.Duration',
  bytes: '[]uint8',
  fieldsV1: 'v1.FieldsV1',
};

function goType(type: Type): string {
  switch (type.kind) {
    case 'struct':
      return `v1.${type.goName}`;
    case 'list':
      return type.goName ?? `[]${goType(type.items)}`;
    case 'map':
      return type.goName ?? `map[string]${goType(type.values)}`;
    case 'scalar':
      return type.goName ?? GO_SCALARS[type.scalar] ?? type.scalar;
  }
}
