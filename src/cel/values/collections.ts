import { equal, numberOf } from './equality.js';
import { CelError, CelList, CelMap, Uint, type CelValue } from './value.js';

/**
 * A list of values. Lists that grow at the end, as macros make them, share one
 * array: whoever holds an earlier list sees only its own length of it.
 */
export class ValueList extends CelList {
  static readonly EMPTY = new ValueList([]);

  constructor(
    private readonly items: CelValue[],
    override readonly size: number = items.length,
  ) {
    super();
  }

  at(index: number): CelValue {
    return this.items[index] as CelValue;
  }

  concat(other: CelList): CelList {
    if (other.size === 0) return this;
    // The shared array of the empty list must stay empty.
    const mayGrow = this.size > 0 && this.items.length === this.size;
    const items = mayGrow ? this.items : this.items.slice(0, this.size);
    for (let i = 0; i < other.size; i++) items.push(other.at(i));
    return new ValueList(items, this.size + other.size);
  }

  override toArray(): CelValue[] {
    return this.items.slice(0, this.size);
  }
}

/** A key as JavaScript's Map tells keys apart: numbers of all types by what they are. */
function hashOf(key: CelValue): bigint | boolean | number | string | undefined {
  if (typeof key === 'string' || typeof key === 'boolean' || typeof key === 'bigint') return key;
  if (key instanceof Uint) return key.value;
  if (typeof key === 'number') return Number.isInteger(key) ? BigInt(key) : key;
  return undefined;
}

interface Entry {
  readonly key: CelValue;
  readonly value: CelValue;
  readonly index: number;
}

/** A map of values. Maps that macros make share their entries as `ValueList` does its items. */
export class ValueMap extends CelMap {
  private constructor(
    private readonly entries: Map<unknown, Entry>,
    override readonly size: number,
  ) {
    super();
  }

  static empty(): ValueMap {
    return new ValueMap(new Map(), 0);
  }

  /** Of several values for one key the last counts. */
  static of(given: Iterable<readonly [CelValue, CelValue]>): ValueMap {
    const entries = new Map<unknown, Entry>();
    for (const [key, value] of given) {
      const hash = hashOf(key) ?? key;
      entries.set(hash, { key, value, index: entries.get(hash)?.index ?? entries.size });
    }
    return new ValueMap(entries, entries.size);
  }

  static ofObject(object: Readonly<Record<string, CelValue>>): ValueMap {
    return ValueMap.of(Object.entries(object));
  }

  insert(key: CelValue, value: CelValue): ValueMap | CelError {
    const hash = hashOf(key);
    if (hash === undefined) return new CelError('unsupported key type');
    if (this.find(key) !== undefined) return new CelError(`insert failed: key ${textOfKey(key)} already exists`);
    const shared = this.entries.size === this.size;
    const entries = shared ? this.entries : new Map([...this.entries].slice(0, this.size));
    entries.set(hash, { key, value, index: this.size });
    return new ValueMap(entries, this.size + 1);
  }

  find(key: CelValue): CelValue | undefined {
    const entry = this.entries.get(hashOf(key) ?? key);
    return entry !== undefined && entry.index < this.size ? entry.value : undefined;
  }

  keys(): readonly CelValue[] {
    const keys: CelValue[] = [];
    for (const { key, index } of this.entries.values()) if (index < this.size) keys.push(key);
    return keys;
  }
}

/** A key as messages show it. */
export function textOfKey(key: CelValue): string {
  const number = numberOf(key);
  return number === undefined ? String(key) : number.toString();
}

/** Whether a list has an item that equals a value. */
export function includes(list: CelList, value: CelValue): boolean {
  for (let i = 0; i < list.size; i++) if (equal(list.at(i), value) === true) return true;
  return false;
}
