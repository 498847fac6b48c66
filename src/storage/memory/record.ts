import type { EventType, Key, Stored, StorageEvent } from '../storage.js';

/** One version of an object. The map of encoded forms is made when first asked for: most versions are never encoded. */
export class StoredRecord<T> implements Stored<T> {
  private forms: Map<string, Buffer> | undefined = undefined;

  constructor(
    readonly key: Key,
    readonly value: T,
    readonly revision: number,
  ) {}

  get encoded(): Map<string, Buffer> {
    return (this.forms ??= new Map());
  }
}

/** One write. As with StoredRecord, the map is there only if somebody watched. */
export class EventRecord<T> implements StorageEvent<T> {
  readonly revision: number;
  private forms: Map<string, Buffer> | undefined = undefined;

  constructor(
    readonly type: EventType,
    readonly current: Stored<T>,
    readonly previous: Stored<T> | undefined,
    /** When it was written, in the milliseconds of the storage's clock; 0 if history has no age. */
    readonly time: number,
  ) {
    this.revision = current.revision;
  }

  get frames(): Map<string, Buffer> {
    return (this.forms ??= new Map());
  }
}
