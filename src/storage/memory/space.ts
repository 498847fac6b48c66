import { namespacePrefix, needsByteOrder } from '../key-order.js';
import type { Stored } from '../storage.js';
import { chunkIndex, concatenate, itemIndex, type Chunk, type Run } from './chunks.js';

/** Items in a chunk before it is split: moving so many on an insertion is cheap, however many objects there are. */
const chunkLimit = 128;

/** The objects of one namespace of a bucket: by name, and in key order. */
export class Space<T> implements Run<T> {
  readonly prefix: string;
  private readonly byName = new Map<string, Stored<T>>();
  private readonly parts: Stored<T>[][] = [];
  /** All parts in one array that is never changed, until the next write. */
  private whole: Chunk<T> | undefined = undefined;
  private isByteOrdered = false;

  constructor(readonly namespace: string) {
    this.prefix = namespacePrefix(namespace);
  }

  get size(): number {
    return this.byName.size;
  }

  /** For use within one synchronous step: a later write changes them. `all` is for keeping. */
  get chunks(): readonly Chunk<T>[] {
    return this.parts;
  }

  get byteOrder(): boolean {
    return this.isByteOrdered;
  }

  /** The objects as they stand now. */
  all(): Chunk<T> {
    return (this.whole ??= concatenate(this.parts));
  }

  get(name: string): Stored<T> | undefined {
    return this.byName.get(name);
  }

  /** Puts in an object whose name is not there yet. */
  insert(stored: Stored<T>): void {
    const { name } = stored.key;
    this.isByteOrdered ||= needsByteOrder(name);
    this.byName.set(name, stored);
    this.whole = undefined;
    const index = Math.min(chunkIndex(this.parts, name, this.isByteOrdered), this.parts.length - 1);
    const part = this.parts[index];
    if (part === undefined) {
      this.parts.push([stored]);
      return;
    }
    part.splice(itemIndex(part, name, this.isByteOrdered), 0, stored);
    if (part.length > chunkLimit) this.split(index, part);
  }

  /** Puts a new version in the place of the one that is there. */
  replace(stored: Stored<T>): void {
    const { name } = stored.key;
    this.byName.set(name, stored);
    this.whole = undefined;
    const part = this.parts[chunkIndex(this.parts, name, this.isByteOrdered)];
    if (part !== undefined) part[itemIndex(part, name, this.isByteOrdered)] = stored;
  }

  /** Takes out an object that is there. */
  remove(name: string): void {
    this.byName.delete(name);
    this.whole = undefined;
    const index = chunkIndex(this.parts, name, this.isByteOrdered);
    const part = this.parts[index];
    if (part === undefined) return;
    if (part.length === 1) this.parts.splice(index, 1);
    else part.splice(itemIndex(part, name, this.isByteOrdered), 1);
  }

  /** Names that come in ascending order fill the last chunk, so a full last chunk is left full. */
  private split(index: number, part: Stored<T>[]): void {
    const keep = index === this.parts.length - 1 ? chunkLimit : chunkLimit / 2;
    this.parts.splice(index + 1, 0, part.splice(keep));
  }
}
