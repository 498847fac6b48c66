import type { Json } from '../../schema/type.js';
import { EMPTY_SET, type FieldSet, leafNode, makeNode, makeRoot, sortNodes, union } from './field-set.js';
import { equalJson, isEmptyObject, isList, isObject, MAX_DEPTH, member, NestingError, type ReadonlyJsonObject } from './json.js';
import { type Form, formOf } from './kinds.js';
import { listItemElement, ListItemError } from './list-items.js';
import { fieldElement, type PathElement } from './path-element.js';
import type { FieldShape, ListShape, MapShape, Shape } from './shape.js';
import { fault, TypedError } from './typed-error.js';

/** How two values of one type differ. No path is in two of the sets. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** Nothing differs. */
export const SAME: Comparison = { added: EMPTY_SET, modified: EMPTY_SET, removed: EMPTY_SET };

/**
 * Compares two values of one shape (Go: TypedValue.Compare). Subtrees that are
 * one and the same object are not walked, so it pays to share them. Throws a
 * `TypedError` for list elements that cannot be named; otherwise both values
 * must be valid.
 */
export function compare(shape: Shape, before: Json, after: Json): Comparison {
  if (before === after) return SAME;
  const walk = new Walk();
  walk.both(ROOT, shape, before, after);
  const { added, modified, removed } = walk;
  if (added === undefined && modified === undefined && removed === undefined) return SAME;
  return { added: root(added), modified: root(modified), removed: root(removed) };
}

/** Stands for the root while walking; it never gets into a set. */
const ROOT = fieldElement('');

function root(node: FieldSet | undefined): FieldSet {
  return makeRoot(node?.children);
}

type Nodes = FieldSet[] | undefined;

class Walk {
  /** The results of the last call of `both`. */
  added: FieldSet | undefined;
  modified: FieldSet | undefined;
  removed: FieldSet | undefined;

  /** What the last `members` or `items` found on the level below. */
  private addedBelow: Nodes;
  private modifiedBelow: Nodes;
  private removedBelow: Nodes;

  private depth = 0;

  /** Compares two values that are both there. */
  both(element: PathElement, shape: Shape, before: Json, after: Json): void {
    const form = formOf(shape, before);
    const otherForm = formOf(shape, after);
    const isLeaf = this.inForm(form, shape, before, after);
    if (form === otherForm) {
      this.added = node(element, false, this.addedBelow);
      this.modified = isLeaf ? this.leaf(element, before, after) : node(element, false, this.modifiedBelow);
      this.removed = node(element, false, this.removedBelow);
      return;
    }
    // The type allows several forms and the value went from one to another.
    const { addedBelow, modifiedBelow, removedBelow } = this;
    const otherIsLeaf = this.inForm(otherForm, shape, before, after);
    this.added = merge(node(element, false, addedBelow), node(element, false, this.addedBelow));
    this.modified = merge(node(element, isLeaf || otherIsLeaf, modifiedBelow), node(element, false, this.modifiedBelow));
    this.removed = merge(node(element, false, removedBelow), node(element, false, this.removedBelow));
  }

  private leaf(element: PathElement, before: Json, after: Json): FieldSet | undefined {
    return equalJson(before, after, this.depth) ? undefined : leafNode(element);
  }

  /** Compares what is below two values, taking both in one form. True if they are leaves. */
  private inForm(form: Form, shape: Shape, before: Json, after: Json): boolean {
    this.addedBelow = this.modifiedBelow = this.removedBelow = undefined;
    if (form === 'scalar') return true;
    if (form === 'list') {
      const list = shape.list as ListShape;
      const a = isList(before) ? before : NO_ITEMS;
      const b = isList(after) ? after : NO_ITEMS;
      if (!list.associative || (a.length === 0 && b.length === 0)) return true;
      this.descend();
      this.items(list, a, b);
    } else {
      const map = shape.map as MapShape;
      const a = isObject(before) ? before : NO_MEMBERS;
      const b = isObject(after) ? after : NO_MEMBERS;
      if (map.atomic || (isEmptyObject(a) && isEmptyObject(b))) return true;
      this.descend();
      this.members(map, a, b);
    }
    this.depth--;
    return false;
  }

  private members(map: MapShape, before: ReadonlyJsonObject, after: ReadonlyJsonObject): void {
    let added: Nodes;
    let modified: Nodes;
    let removed: Nodes;
    for (const name in before) {
      const a = member(before, name);
      if (a === undefined || name === map.ignored) continue;
      const b = member(after, name);
      if (a === b) continue;
      const field = map.fields.get(name);
      const shape = field?.shape ?? map.values;
      if (shape === undefined) continue;
      const element = elementOfMember(field, name);
      if (b === undefined) {
        (removed ??= []).push(this.whole(element, shape, a));
        continue;
      }
      this.both(element, shape, a, b);
      if (this.added !== undefined) (added ??= []).push(this.added);
      if (this.modified !== undefined) (modified ??= []).push(this.modified);
      if (this.removed !== undefined) (removed ??= []).push(this.removed);
    }
    for (const name in after) {
      const b = member(after, name);
      if (b === undefined || name === map.ignored || member(before, name) !== undefined) continue;
      const field = map.fields.get(name);
      const shape = field?.shape ?? map.values;
      if (shape !== undefined) (added ??= []).push(this.whole(elementOfMember(field, name), shape, b));
    }
    this.finish(added, modified, removed);
  }

  private items(list: ListShape, before: readonly Json[], after: readonly Json[]): void {
    const a = elementsOf(list, before);
    const b = elementsOf(list, after);
    let added: Nodes;
    let modified: Nodes;
    let removed: Nodes;
    const visit = (element: PathElement, olds: readonly Json[], news: readonly Json[]): void => {
      if (olds.length > 1 && news.length > 1) {
        if (!equalJson(olds, news, this.depth)) (modified ??= []).push(leafNode(element));
        return;
      }
      // Elements that are there more than once have no parts, only a mark of their own.
      const old = olds.length === 1 ? olds[0] : undefined;
      const fresh = news.length === 1 ? news[0] : undefined;
      if (olds.length > 1) (removed ??= []).push(leafNode(element));
      if (news.length > 1) (added ??= []).push(leafNode(element));
      if (old === undefined) {
        if (fresh !== undefined) (added ??= []).push(this.whole(element, list.items, fresh));
      } else if (fresh === undefined) {
        (removed ??= []).push(this.whole(element, list.items, old));
      } else if (old !== fresh) {
        this.both(element, list.items, old, fresh);
        if (this.added !== undefined) (added ??= []).push(this.added);
        if (this.modified !== undefined) (modified ??= []).push(this.modified);
        if (this.removed !== undefined) (removed ??= []).push(this.removed);
      }
    };
    for (const [text, olds] of a) visit(olds.element, olds.items, b.get(text)?.items ?? NO_ITEMS);
    for (const [text, news] of b) if (!a.has(text)) visit(news.element, NO_ITEMS, news.items);
    this.finish(added, modified, removed);
  }

  private finish(added: Nodes, modified: Nodes, removed: Nodes): void {
    this.addedBelow = sorted(added);
    this.modifiedBelow = sorted(modified);
    this.removedBelow = sorted(removed);
  }

  /** All paths of a value that is on one side only, containers included. */
  private whole(element: PathElement, shape: Shape, value: Json): FieldSet {
    if (typeof value !== 'object' || value === null) return leafNode(element);
    const children = isList(value) ? this.wholeList(shape.list, value) : this.wholeMap(shape.map, value as ReadonlyJsonObject);
    return makeNode(element, true, children) ?? leafNode(element);
  }

  private wholeMap(map: MapShape | undefined, value: ReadonlyJsonObject): Nodes {
    if (map === undefined || map.atomic) return undefined;
    this.descend();
    let nodes: Nodes;
    for (const name in value) {
      const item = member(value, name);
      if (item === undefined || name === map.ignored) continue;
      const field = map.fields.get(name);
      const shape = field?.shape ?? map.values;
      if (shape !== undefined) (nodes ??= []).push(this.whole(elementOfMember(field, name), shape, item));
    }
    this.depth--;
    return sorted(nodes);
  }

  private wholeList(list: ListShape | undefined, value: readonly Json[]): Nodes {
    if (list === undefined || !list.associative) return undefined;
    this.descend();
    let nodes: Nodes;
    for (const { element, items } of elementsOf(list, value).values()) {
      (nodes ??= []).push(items.length > 1 ? leafNode(element) : this.whole(element, list.items, items[0] ?? null));
    }
    this.depth--;
    return sorted(nodes);
  }

  private descend(): void {
    if (++this.depth > MAX_DEPTH) throw new NestingError();
  }
}

const NO_ITEMS: readonly Json[] = [];
const NO_MEMBERS: ReadonlyJsonObject = {};

interface Occurrences {
  readonly element: PathElement;
  readonly items: Json[];
}

/** The elements of a list by what names them, with every occurrence. */
function elementsOf(list: ListShape, items: readonly Json[]): Map<string, Occurrences> {
  const out = new Map<string, Occurrences>();
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as Json;
    const element = nameItem(list, item, i);
    const known = out.get(element.text);
    if (known === undefined) out.set(element.text, { element, items: [item] });
    else known.items.push(item);
  }
  return out;
}

function nameItem(list: ListShape, item: Json, index: number): PathElement {
  try {
    return listItemElement(list, item);
  } catch (error) {
    if (error instanceof ListItemError) throw new TypedError([fault(`element ${index}: ${error.message}`)]);
    throw error;
  }
}

function elementOfMember(field: FieldShape | undefined, name: string): PathElement {
  return field === undefined ? fieldElement(name) : field.element;
}

function node(element: PathElement, isMember: boolean, children: Nodes): FieldSet | undefined {
  return isMember || children !== undefined ? makeNode(element, isMember, children) : undefined;
}

function merge(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  return a === undefined ? b : b === undefined ? a : union(a, b);
}

function sorted(nodes: Nodes): Nodes {
  return nodes === undefined || nodes.length < 2 ? nodes : sortNodes(nodes);
}
