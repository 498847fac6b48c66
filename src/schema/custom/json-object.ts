import type { JsonObject, JsonValue } from '../type.js';
import { setOwn } from '../set-own.js';

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object that is copied when it first changes, so that what nothing happens to stays shared. */
export class Draft {
  private copy: JsonObject | undefined;

  constructor(private readonly original: JsonObject) {}

  /** Puts a value in place of the present one; does nothing if it is the same. */
  set(key: string, value: JsonValue): void {
    if (this.copy === undefined) {
      if (Object.hasOwn(this.original, key) && this.original[key] === value) return;
      this.copy = { ...this.original };
    }
    setOwn<JsonValue | undefined>(this.copy, key, value);
  }

  remove(key: string): void {
    this.copy ??= { ...this.original };
    delete this.copy[key];
  }

  /** The copy, or the original if nothing has changed. */
  get result(): JsonObject {
    return this.copy ?? this.original;
  }
}

/** The list with every item replaced by what `change` makes of it; the same list if nothing changes. */
export function mapItems(list: JsonValue[], change: (item: JsonValue, index: number) => JsonValue): JsonValue[] {
  let copy: JsonValue[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as JsonValue;
    const changed = change(item, i);
    if (changed === item) continue;
    copy ??= list.slice();
    copy[i] = changed;
  }
  return copy ?? list;
}
