import type { JsonObject, JsonValue } from '../../type.js';
import { deepEqualJson } from '../deep-equal.js';
import { isObject } from '../json-object.js';
import type { Structural } from '../structural.js';
import type { Correlation } from './schema-validator.js';

/**
 * A value with the one that it replaces, followed down the schema: members by
 * name, items of `map` lists by their keys, items of other lists not at all
 * (Go: apiserver/pkg/cel/common.CorrelatedObject; KEP-4008).
 */
export class Correlated implements Correlation {
  private readonly children = new Map<string | number, Correlated>();
  private byKey: Map<string, JsonValue> | undefined;
  private unchanged: boolean | undefined;

  constructor(
    readonly value: JsonValue,
    readonly old: JsonValue,
    private readonly schema: Structural,
  ) {}

  get isUnchanged(): boolean {
    this.unchanged ??= deepEqualJson(this.value, this.old);
    return this.unchanged;
  }

  key(name: string): Correlated | undefined {
    const known = this.children.get(name);
    if (known !== undefined) return known;
    const value = memberOf(this.value, name);
    const old = memberOf(this.old, name);
    const schema = this.schema.property(name) ?? this.schema.additional;
    if (value === undefined || old === undefined || schema === undefined) return undefined;
    return this.keep(name, new Correlated(value, old, schema));
  }

  index(index: number): Correlated | undefined {
    const known = this.children.get(index);
    if (known !== undefined) return known;
    const { items, listType } = this.schema;
    if (listType !== 'map' || items === undefined || !Array.isArray(this.value) || !Array.isArray(this.old)) return undefined;
    const value = this.value[index];
    if (value === undefined) return undefined;
    this.byKey ??= this.indexOld(this.old);
    const old = isObject(value) ? this.byKey.get(this.keyOf(value)) : undefined;
    return old === undefined ? undefined : this.keep(index, new Correlated(value, old, items));
  }

  private keep(step: string | number, child: Correlated): Correlated {
    this.children.set(step, child);
    return child;
  }

  /** Of several old items with one key the last counts. */
  private indexOld(list: readonly JsonValue[]): Map<string, JsonValue> {
    const byKey = new Map<string, JsonValue>();
    for (const item of list) if (isObject(item)) byKey.set(this.keyOf(item), item);
    return byKey;
  }

  private keyOf(item: JsonObject): string {
    return JSON.stringify(this.schema.mapKeys.map((name) => memberOf(item, name) ?? null));
  }
}

function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
