import { layoutOf } from './struct-layout.js';
import type { JsonObject, JsonValue, StructType, Type } from './type.js';

/**
 * The value with the fields of all its structs in Go's order, which is the order
 * of the real server's JSON. Copies what it changes and nothing else: most
 * values are in order already, and come back as they are.
 */
export function inFieldOrder<T extends JsonValue>(type: Type, value: T): T {
  const order = orderOf(type);
  return (order === undefined ? value : order.of(value)) as T;
}

/** Orders the values of one type. */
interface Order {
  of(value: JsonValue): JsonValue;
}

/** Undefined for types below which there are no structs. */
const orders = new WeakMap<Type, Order | { readonly none: true }>();
const NONE = { none: true } as const;

function orderOf(type: Type): Order | undefined {
  let order = orders.get(type);
  if (order === undefined) {
    order = makeOrder(type) ?? NONE;
    orders.set(type, order);
  }
  return 'none' in order ? undefined : order;
}

function makeOrder(type: Type): Order | undefined {
  switch (type.kind) {
    case 'scalar':
      return undefined;
    case 'struct':
      return new StructOrder(type);
    case 'list': {
      const items = orderOf(type.items);
      return items && { of: (value) => (Array.isArray(value) ? orderedItems(value, items) : value) };
    }
    case 'map': {
      const values = orderOf(type.values);
      return values && { of: (value) => (isObject(value) ? orderedValues(value, values) : value) };
    }
  }
}

function orderedItems(list: JsonValue[], items: Order): JsonValue[] {
  let copy: JsonValue[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as JsonValue;
    const ordered = items.of(item);
    if (ordered !== item) (copy ??= [...list])[i] = ordered;
  }
  return copy ?? list;
}

function orderedValues(object: JsonObject, values: Order): JsonObject {
  let copy: JsonObject | undefined;
  for (const key in object) {
    const value = object[key];
    if (value === undefined) continue;
    const ordered = values.of(value);
    if (ordered !== value) (copy ??= { ...object })[key] = ordered;
  }
  return copy ?? object;
}

class StructOrder implements Order {
  /** Made at first use, since structs may hold themselves. */
  private places: ReadonlyMap<string, { readonly index: number; readonly order: Order | undefined }> | undefined;

  constructor(private readonly type: StructType) {}

  of(value: JsonValue): JsonValue {
    if (!isObject(value)) return value;
    const places = this.prepare();
    let last = -1;
    let isOrdered = true;
    let changed: Map<string, JsonValue> | undefined;
    for (const name in value) {
      const member = value[name];
      const place = places.get(name);
      // Undefined members and unknown ones are none of Go's.
      if (member === undefined || place === undefined) continue;
      if (place.index < last) isOrdered = false;
      last = place.index;
      if (place.order === undefined || member === null || typeof member !== 'object') continue;
      const ordered = place.order.of(member);
      if (ordered !== member) (changed ??= new Map<string, JsonValue>()).set(name, ordered);
    }
    return isOrdered && changed === undefined ? value : this.rebuild(value, changed);
  }

  private rebuild(object: JsonObject, changed: ReadonlyMap<string, JsonValue> | undefined): JsonObject {
    const places = this.prepare();
    const out: JsonObject = {};
    for (const name of places.keys()) {
      const value = changed?.get(name) ?? object[name];
      if (value !== undefined) out[name] = value;
    }
    for (const name in object) if (!places.has(name) && object[name] !== undefined) out[name] = object[name];
    return out;
  }

  private prepare(): NonNullable<StructOrder['places']> {
    this.places ??= new Map(layoutOf(this.type).map(({ name, type }, index) => [name, { index, order: orderOf(type) }]));
    return this.places;
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
