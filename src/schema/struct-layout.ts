import { rememberEmpty } from './given-empty.js';
import type { FieldStep } from './decode-context.js';
import type { Field, JsonObject, JsonValue, ScalarName, StructType, Type } from './type.js';

/** A field of a struct, or of one embedded in it, as its JSON object shows it. */
export interface Slot extends FieldStep {
  /** Place in the order of output. */
  readonly index: number;
  readonly type: Type;
  readonly pointer: boolean;
  /** Left out where empty (`omitempty`); a pointer only where nil. */
  readonly omitEmpty: boolean;
}

/** The values of a struct's slots; undefined is nil, or a field that was not given. */
export type SlotValues = readonly (JsonValue | undefined)[];

const layouts = new WeakMap<StructType, readonly Slot[]>();

/** The slots of a struct, embedded structs' among their parent's. */
export function layoutOf(type: StructType): readonly Slot[] {
  let slots = layouts.get(type);
  if (slots === undefined) {
    const made: Slot[] = [];
    addSlots(made, type.fields, [], type.goName);
    slots = made;
    layouts.set(type, slots);
  }
  return slots;
}

function addSlots(slots: Slot[], fields: readonly Field[], goPath: readonly string[], struct: string): void {
  for (const field of fields) {
    const path = [...goPath, field.name];
    if (field.inline && field.type.kind === 'struct') addSlots(slots, field.type.fields, path, struct);
    else
      slots.push({
        name: field.name,
        goPath: path,
        struct,
        index: slots.length,
        type: field.type,
        pointer: field.pointer,
        omitEmpty: field.omit === 'empty',
      });
  }
}

/** The JSON object of a struct: fields in Go's order, what Go leaves out left out. */
export function writeStruct(slots: readonly Slot[], values: SlotValues): JsonObject {
  const out: JsonObject = {};
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i] as Slot;
    const value = values[i];
    if (value === undefined) {
      if (!slot.omitEmpty) out[slot.name] = slot.pointer ? null : zeroOf(slot.type);
    } else if (!slot.omitEmpty || slot.pointer || !isEmpty(slot.type, value)) out[slot.name] = value;
    else if (value !== null && (slot.type.kind === 'list' || slot.type.kind === 'map')) rememberEmpty(out, slot.name, slot.type.kind);
  }
  return out;
}

/** How a zero value looks in JSON where it is written. */
export function zeroOf(type: Type): JsonValue {
  if (type.kind === 'scalar') return SCALAR_ZEROS[type.scalar];
  return type.kind === 'struct' ? writeStruct(layoutOf(type), NONE) : null;
}

const NONE: SlotValues = [];

/** The JSON form of Go's zero values. */
export const SCALAR_ZEROS: Readonly<Record<ScalarName, JsonValue>> = {
  string: '',
  boolean: false,
  int32: 0,
  int64: 0,
  uint32: 0,
  float32: 0,
  double: 0,
  bytes: null,
  quantity: '0',
  intOrString: 0,
  time: null,
  microTime: null,
  duration: '0s',
  rawExtension: null,
  fieldsV1: null,
  json: null,
};

/** Go's test for `omitempty`, as it falls out for the JSON form of a value. */
function isEmpty(type: Type, value: JsonValue): boolean {
  if (value === null) return true;
  switch (type.kind) {
    case 'scalar':
      return type.scalar === 'bytes' ? value === '' : value === SCALAR_ZEROS[type.scalar];
    case 'list':
      return (value as JsonValue[]).length === 0;
    case 'map':
      for (const key in value as JsonObject) return key === undefined;
      return true;
    case 'struct':
      return false;
  }
}
