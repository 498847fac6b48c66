import { goQuote } from '../apimachinery/field-error.js';
import type { Field, ScalarName, Type } from '../schema/type.js';
import { patchBroken } from './patch-errors.js';

/** What a strategic merge patch needs to know about one member of a map. */
export interface MergeRule {
  /** The member's type; for lists the type of the elements. */
  readonly type: Type;
  /** `merge`, `replace` or empty (replace lists, merge maps); `retainKeys` is for clients and left out. */
  readonly strategy: string;
  /** The member that identifies an element; empty where elements are compared whole. */
  readonly mergeKey: string;
}

/** The rule of a member that holds a map (Go: LookupPatchMetadataForStruct). */
export function ruleForMap(type: Type, name: string): MergeRule {
  const field = fieldOf(type, name);
  return ruleOf(field, field.type);
}

/** The rule of a member that holds a list (Go: LookupPatchMetadataForSlice). */
export function ruleForList(type: Type, name: string): MergeRule {
  const field = fieldOf(type, name);
  if (field.type.kind === 'list') {
    if (field.type.items.kind === 'list') throw patchBroken('unexpected slice of slice');
    return ruleOf(field, field.type.items);
  }
  if (!field.pointer && !isBytes(field.type)) throw patchBroken(`expected slice or array type, but got: ${goKind(type)}`);
  return ruleOf(field, field.type);
}

/** Go's reflect.Kind of a type, as errors name it. */
export function goKind(type: Type): string {
  if (type.kind === 'list') return 'slice';
  return type.kind === 'scalar' ? (SCALAR_KINDS[type.scalar] ?? 'struct') : type.kind;
}

const SCALAR_KINDS: Readonly<Partial<Record<ScalarName, string>>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  uint32: 'uint32',
  float32: 'float32',
  double: 'float64',
  bytes: 'slice',
};

/** The other scalars are structs in Go, without any JSON field of their own. */
const SCALAR_STRUCTS: Readonly<Partial<Record<ScalarName, string>>> = {
  quantity: 'Quantity',
  intOrString: 'IntOrString',
  time: 'Time',
  microTime: 'MicroTime',
  duration: 'Duration',
  rawExtension: 'RawExtension',
  fieldsV1: 'FieldsV1',
  json: 'JSON',
};

function fieldOf(type: Type, name: string): Field {
  if (type.kind === 'struct') {
    const field = type.byName.get(name) ?? fieldIgnoringCase(type.byName, name);
    if (field !== undefined) return field;
    throw noSuchField(type.goName, name);
  }
  const goName = type.kind === 'scalar' ? SCALAR_STRUCTS[type.scalar] : undefined;
  if (goName !== undefined) throw noSuchField(goName, name);
  throw patchBroken(`merging an object in json but data type is not struct, instead is: ${goKind(type)}`);
}

/** The lookup falls back to a name that differs in case only, as Go's JSON decoder once did. */
function fieldIgnoringCase(fields: ReadonlyMap<string, Field>, name: string): Field | undefined {
  const lower = name.toLowerCase();
  for (const [own, field] of fields) if (own.toLowerCase() === lower) return field;
  return undefined;
}

function noSuchField(goName: string, name: string): Error {
  return patchBroken(`unable to find api field in struct ${goName} for the json field ${goQuote(name)}`);
}

function isBytes(type: Type): boolean {
  return type.kind === 'scalar' && type.scalar === 'bytes';
}

function ruleOf(field: Field, type: Type): MergeRule {
  return { type, strategy: strategyOf(field.patchStrategy), mergeKey: field.patchMergeKey ?? '' };
}

/** The one strategy of a field besides `retainKeys`. */
function strategyOf(declared: string | undefined): string {
  if (declared === undefined || declared === 'retainKeys') return '';
  if (!declared.includes(',')) return declared;
  return declared.split(',').find((strategy) => strategy !== 'retainKeys') ?? '';
}
