import type { JsonObject, JsonValue } from '../../schema/type.js';
import { setOwn } from '../../schema/set-own.js';
import { Bytes } from './bytes.js';
import { ValueList, textOfKey } from './collections.js';
import { StructValue } from './struct.js';
import { durationText, timestampText } from './text.js';
import { CelList, CelMap, Duration, Optional, Timestamp, Uint, type CelValue } from './value.js';

/** JSON of unknown form as a value: whole numbers are ints, the rest doubles. Members are made when they are asked for. */
export function fromJson(json: JsonValue | undefined): CelValue {
  if (json === null || json === undefined) return null;
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : json;
  if (typeof json !== 'object') return json;
  return Array.isArray(json) ? new JsonList(json) : new JsonMap(json);
}

export class JsonList extends CelList {
  constructor(readonly items: readonly JsonValue[]) {
    super();
  }

  get size(): number {
    return this.items.length;
  }

  at(index: number): CelValue {
    return fromJson(this.items[index]);
  }

  concat(other: CelList): CelValue {
    return new ValueList([...this, ...other]);
  }
}

export class JsonMap extends CelMap {
  private names: readonly string[] | undefined;

  constructor(readonly object: Readonly<Record<string, JsonValue | undefined>>) {
    super();
  }

  get size(): number {
    return this.keys().length;
  }

  find(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.object, key)) return undefined;
    const value = this.object[key];
    return value === undefined ? undefined : fromJson(value);
  }

  keys(): readonly CelValue[] {
    this.names ??= Object.keys(this.object).filter((key) => this.object[key] !== undefined);
    return this.names;
  }
}

/** A value as JSON; undefined for what JSON can't hold. Ints beyond doubles lose digits. */
export function toJson(value: CelValue): JsonValue | undefined {
  switch (typeof value) {
    case 'bigint':
      return Number(value);
    case 'object':
      return value === null ? null : objectToJson(value);
    default:
      return value;
  }
}

function objectToJson(value: CelValue & object): JsonValue | undefined {
  if (value instanceof JsonList) return value.items as JsonValue;
  if (value instanceof JsonMap) return value.object as JsonValue;
  if (value instanceof CelList) return listToJson(value);
  if (value instanceof CelMap) return mapToJson(value);
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof Bytes) return Buffer.from(value.data).toString('base64');
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value.nanos);
  if (value instanceof StructValue) return structToJson(value);
  if (value instanceof Optional) return value.value === undefined ? null : toJson(value.value);
  return undefined;
}

function structToJson({ fields }: StructValue): JsonValue | undefined {
  const out: JsonObject = {};
  for (const [name, value] of fields) {
    const json = toJson(value);
    if (json === undefined) return undefined;
    setOwn(out, name, json);
  }
  return out;
}

function listToJson(list: CelList): JsonValue | undefined {
  const out: JsonValue[] = [];
  for (const item of list) {
    const json = toJson(item);
    if (json === undefined) return undefined;
    out.push(json);
  }
  return out;
}

function mapToJson(map: CelMap): JsonValue | undefined {
  const out: JsonObject = {};
  for (const key of map.keys()) {
    const json = toJson(map.find(key) as CelValue);
    if (json === undefined) return undefined;
    setOwn(out, textOfKey(key), json);
  }
  return out;
}
