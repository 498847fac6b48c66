import { NumberLiteral, type LiteralValue } from '../schema/json-literal.js';
import { setOwn } from '../schema/set-own.js';
import { isList, isObject, type PatchObject } from './patch-members.js';

/**
 * The document while a JSON patch works on it. Only the objects and lists on the
 * way to a touched place become containers; everything else stays the value it
 * was, shared with the document before (Go package: evanphx/json-patch, whose
 * lazy nodes this follows).
 */
export type Tree = LiteralValue | Container;

/** What a pointer's last step is taken in. */
export type Container = ObjectTree | ListTree;

/** An index or key that leads nowhere; the patch as a whole fails. */
export class PathError extends Error {
  override readonly name = 'PathError';
}

interface Steps {
  /** The value there; undefined is a missing key of an object. Throws for a bad index. */
  get(key: string): Tree | undefined;
  /** Puts a value there, in lists before what is there now. */
  add(key: string, value: Tree): void;
  /** Puts a value in the place of another. */
  set(key: string, value: Tree): void;
  remove(key: string): void;
  /** The plain value, object members sorted by name. */
  toValue(): LiteralValue;
}

export class ObjectTree implements Steps {
  readonly members = new Map<string, Tree>();

  constructor(object: PatchObject) {
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (value !== undefined) this.members.set(key, value);
    }
  }

  get(key: string): Tree | undefined {
    return this.members.get(key);
  }

  add(key: string, value: Tree): void {
    this.members.set(key, value);
  }

  set(key: string, value: Tree): void {
    this.members.set(key, value);
  }

  remove(key: string): void {
    if (!this.members.delete(key)) throw new PathError(`Unable to remove nonexistent key: ${key}: missing value`);
  }

  toValue(): LiteralValue {
    const result: { [key: string]: LiteralValue } = {};
    for (const key of [...this.members.keys()].sort()) setOwn(result, key, valueOf(this.members.get(key) ?? null));
    return result;
  }
}

/** What Go's strconv.Atoi takes: a sign, leading zeros, but nothing else. */
const INTEGER = /^[+-]?[0-9]+$/;

export class ListTree implements Steps {
  readonly items: Tree[];

  constructor(items: readonly LiteralValue[]) {
    this.items = items.slice();
  }

  get(key: string): Tree {
    return this.items[this.index(key, this.items.length)] ?? null;
  }

  add(key: string, value: Tree): void {
    if (key === '-') this.items.push(value);
    else this.items.splice(this.index(key, this.items.length + 1), 0, value);
  }

  set(key: string, value: Tree): void {
    this.items[this.index(key, this.items.length)] = value;
  }

  remove(key: string): void {
    this.items.splice(this.index(key, this.items.length), 1);
  }

  toValue(): LiteralValue {
    return this.items.map(valueOf);
  }

  /** The place that a key means among so many; negative ones count from the end. */
  private index(key: string, places: number): number {
    if (!INTEGER.test(key))
      throw new PathError(`value was not a proper array index: '${key}': strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
    const given = Number(key);
    const index = given < 0 ? given + places : given;
    if (index < 0 || index >= places) throw new PathError(`Unable to access invalid index: ${String(given)}: invalid index referenced`);
    return index;
  }
}

export function isContainer(tree: Tree | undefined): tree is Container {
  return tree instanceof ObjectTree || tree instanceof ListTree;
}

/** The tree as a plain value that no later operation can change. */
export function valueOf(tree: Tree): LiteralValue {
  return isContainer(tree) ? tree.toValue() : tree;
}

/** A container for an object or a list; undefined for what has no members. */
export function containerOf(tree: Tree): Container | undefined {
  if (isContainer(tree)) return tree;
  if (isList(tree)) return new ListTree(tree);
  return isObject(tree) ? new ObjectTree(tree) : undefined;
}

/** Is the tree equal to a value? It looks no deeper than `value` goes. */
export function equals(tree: Tree, value: LiteralValue): boolean {
  if (tree === value) return true;
  if (typeof tree === 'object' && typeof value === 'object' && tree !== null && value !== null) {
    if (value instanceof NumberLiteral) return tree instanceof NumberLiteral && tree.value === value.value;
    const items = itemsOf(tree);
    if (items !== undefined) return isList(value) && sameItems(items, value);
    const members = tree instanceof ObjectTree ? tree : containerOf(tree);
    return members instanceof ObjectTree && isObject(value) && sameMembers(members.members, value);
  }
  if (tree instanceof NumberLiteral) return tree.value === value;
  return value instanceof NumberLiteral && value.value === tree;
}

function itemsOf(tree: Tree): readonly Tree[] | undefined {
  if (tree instanceof ListTree) return tree.items;
  return !isContainer(tree) && isList(tree) ? tree : undefined;
}

function sameItems(items: readonly Tree[], values: readonly LiteralValue[]): boolean {
  return items.length === values.length && items.every((item, i) => equals(item, values[i] ?? null));
}

function sameMembers(members: ReadonlyMap<string, Tree>, value: PatchObject): boolean {
  const keys = Object.keys(value);
  if (keys.length !== members.size) return false;
  return keys.every((key) => {
    const own = members.get(key);
    return own !== undefined && equals(own, value[key] ?? null);
  });
}

/** Does the tree nest at most this deep? A scalar has no depth. */
export function nestsWithin(tree: Tree, levels: number): boolean {
  if (typeof tree !== 'object' || tree === null || tree instanceof NumberLiteral) return true;
  if (levels <= 0) return false;
  const inner = itemsOf(tree) ?? (tree instanceof ObjectTree ? tree.members.values() : Object.values(tree as PatchObject));
  for (const value of inner) if (value !== undefined && !nestsWithin(value, levels - 1)) return false;
  return true;
}
