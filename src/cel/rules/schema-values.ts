import { parseInstant, type ParsedLayout } from '../../apimachinery/time.js';
import { deepEqualJson } from '../../schema/custom/deep-equal.js';
import { isObject } from '../../schema/custom/json-object.js';
import type { Structural } from '../../schema/custom/structural.js';
import { looseDuration } from '../../schema/custom/validation/formats.js';
import type { JsonObject, JsonValue } from '../../schema/type.js';
import { Bytes } from '../values/bytes.js';
import { ValueList } from '../values/collections.js';
import { equal } from '../values/equality.js';
import { toJson } from '../values/json.js';
import { CelError, CelList, CelMap, Duration, Timestamp, type CelValue } from '../values/value.js';
import { escapeName, unescapeName } from './escape.js';
import { asResource } from './schema-type.js';

/** JSON as a value of its schema (Go: UnstructuredToVal). Parts are made when they are asked for. */
export function valueBySchema(json: JsonValue, schema: Structural): CelValue {
  if (json === null) return schema.nullable ? null : new CelError('invalid data, got null for schema with nullable=false');
  if (schema.intOrString) {
    if (typeof json === 'string') return json;
    if (typeof json === 'number' && Number.isInteger(json)) return BigInt(json);
    return new CelError('invalid data, expected XIntOrString value to be either a string or integer');
  }
  switch (schema.type) {
    case 'object':
      if (!isObject(json)) return new CelError('invalid data, expected a map for the provided schema with type=object');
      return new SchemaMap(json, schema.embedded ? asResource(schema) : schema);
    case 'array':
      return listValue(json, schema);
    case 'string':
      return typeof json === 'string' ? textValue(json, schema.source.format ?? '') : wrongType('string', json);
    case 'number':
      return typeof json === 'number' ? json : wrongType('float', json);
    case 'integer':
      return typeof json === 'number' && Number.isInteger(json) ? BigInt(json) : wrongType('int', json);
    case 'boolean':
      return typeof json === 'boolean' ? json : wrongType('bool', json);
    default:
      return new CelError(
        `invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got ${schema.type}`,
      );
  }
}

function wrongType(wanted: string, json: JsonValue): CelError {
  return new CelError(`invalid data, expected ${wanted}, got ${goType(json)}`);
}

function goType(json: JsonValue): string {
  if (typeof json === 'number') return Number.isInteger(json) ? 'int64' : 'float64';
  if (typeof json === 'boolean') return 'bool';
  if (typeof json === 'string') return 'string';
  return Array.isArray(json) ? '[]interface {}' : 'map[string]interface {}';
}

const SECOND = 1_000_000_000n;

function textValue(text: string, format: string): CelValue {
  switch (format) {
    case 'duration': {
      const nanos = looseDuration(text);
      return nanos === undefined ? new CelError(`Invalid duration ${text}: unable to parse ${text} as duration`) : new Duration(nanos);
    }
    case 'date':
      return timeValue(`${text}T00:00:00Z`, `Invalid date formatted string ${text}`);
    case 'date-time':
      return dateTimeValue(text);
    case 'byte':
      return new Bytes(Buffer.from(text, 'base64'));
    default:
      return text;
  }
}

/** The forms are tried in turn, and the last one, which has no zone, does the complaining (Go: strfmt.ParseDateTime). */
function dateTimeValue(text: string): CelValue {
  const complaint = `Invalid date-time formatted string ${text}`;
  const value = timeValue(text, complaint);
  return value instanceof CelError ? timeValue(text, complaint, 'localTime') : value;
}

function timeValue(text: string, complaint: string, layout?: ParsedLayout): CelValue {
  try {
    const { seconds, nanos, offset } = parseInstant(text, layout);
    return new Timestamp(BigInt(seconds) * SECOND + BigInt(nanos), offset);
  } catch (error) {
    return new CelError(`${complaint}: ${(error as Error).message}`);
  }
}

/** An object with properties, named by identifiers, or a map. */
class SchemaMap extends CelMap {
  private readonly isObject: boolean;

  constructor(
    readonly json: JsonObject,
    private readonly schema: Structural,
  ) {
    super();
    this.isObject = schema.source.properties !== undefined;
  }

  get size(): number {
    return Object.keys(this.json).length;
  }

  find(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string') return new CelError('no such overload');
    const name = this.isObject ? unescapeName(key) : key;
    if (name === undefined || !Object.hasOwn(this.json, name)) return undefined;
    const value = this.json[name];
    // A null in a nullable field is as good as none.
    if (value === undefined || (value === null && this.isObject)) return undefined;
    const schema = this.schemaOf(name);
    return schema && valueBySchema(value, schema);
  }

  keys(): readonly CelValue[] {
    return Object.keys(this.json).flatMap((name) => {
      if (this.schemaOf(name) === undefined) return [];
      return this.isObject ? (escapeName(name) ?? name) : name;
    });
  }

  /** Members that the schema doesn't know are compared as they are. */
  override equalTo(other: CelMap): CelValue | undefined {
    if (!(other instanceof SchemaMap)) return undefined;
    if (this.size !== other.size) return false;
    for (const [name, value] of Object.entries(this.json)) {
      if (value === undefined) continue;
      const schema = this.schemaOf(name);
      const theirs = Object.hasOwn(other.json, name) ? other.json[name] : undefined;
      if (schema === undefined) {
        if (theirs !== undefined && !deepEqualJson(value, theirs)) return false;
        continue;
      }
      if (theirs === undefined) return false;
      if (value === null || theirs === null) {
        if (value !== theirs) return false;
        continue;
      }
      const same = equal(valueBySchema(value, schema), valueBySchema(theirs, schema));
      if (same !== true) return same;
    }
    return true;
  }

  private schemaOf(name: string): Structural | undefined {
    return this.isObject ? this.schema.property(name) : this.schema.additional;
  }
}

function listValue(json: JsonValue, { items, listType, mapKeys }: Structural): CelValue {
  if (!Array.isArray(json)) return new CelError('invalid data, expected an array for the provided schema with type=array');
  if (items === undefined) return new CelError('invalid array type, expected Items with a non-empty Schema');
  if (listType === 'set') return new SetList(json, items);
  return listType === 'map' ? new KeyedList(json, items, mapKeys) : new SchemaList(json, items);
}

class SchemaList extends CelList {
  constructor(
    readonly json: readonly JsonValue[],
    protected readonly items: Structural,
  ) {
    super();
  }

  get size(): number {
    return this.json.length;
  }

  at(index: number): CelValue {
    return valueBySchema(this.json[index] as JsonValue, this.items);
  }

  concat(other: CelList): CelValue {
    return new ValueList([...this, ...other]);
  }
}

/** The items of a list as JSON. */
function jsonOf(list: CelList): readonly JsonValue[] {
  return list instanceof SchemaList ? list.json : list.toArray().map((item) => toJson(item) ?? null);
}

/** x-kubernetes-list-type: set. The order doesn't count, and `+` is a union. */
class SetList extends SchemaList {
  override equalTo(other: CelList): CelValue {
    if (this.size !== other.size) return false;
    const members = new Set(this.json);
    return jsonOf(other).every((item) => members.has(item));
  }

  override concat(other: CelList): CelValue {
    const members = new Set(this.json);
    return new SetList([...this.json, ...jsonOf(other).filter((item) => !members.has(item))], this.items);
  }
}

/** x-kubernetes-list-type: map. Items are told apart by their keys, and `+` replaces those that have the same. */
class KeyedList extends SchemaList {
  constructor(
    json: readonly JsonValue[],
    items: Structural,
    private readonly keys: readonly string[],
  ) {
    super(json, items);
  }

  override equalTo(other: CelList): CelValue {
    if (this.size !== other.size) return false;
    const own = new Map(this.json.map((item) => [this.keyOf(item), item]));
    for (const [i, item] of jsonOf(other).entries()) {
      const mine = own.get(this.keyOf(item));
      if (mine === undefined) return false;
      const same = equal(valueBySchema(mine, this.items), other.at(i));
      if (same !== true) return same;
    }
    return true;
  }

  override concat(other: CelList): CelValue {
    const merged = new Map(this.json.map((item) => [this.keyOf(item), item]));
    for (const item of jsonOf(other)) merged.set(this.keyOf(item), item);
    return new KeyedList([...merged.values()], this.items, this.keys);
  }

  private keyOf(item: JsonValue): string {
    const object = isObject(item) ? item : {};
    return JSON.stringify(this.keys.map((key) => object[key] ?? null));
  }
}
