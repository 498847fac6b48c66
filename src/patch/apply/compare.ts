import type { Json } from '../../schema/type.js';
import { EMPTY_SET, FieldSet, leafNode, makeNode, makeRoot, sortNodes, union } from './field-set.js';
import { equalJson, isEmptyObject, isList, isObject, MAX_DEPTH, member, NestingError, type ReadonlyJsonObject } from './json.js';
import { type Form, formOf } from './kinds.js';
import { listItemElementAt } from './list-items.js';
import { fieldElement, type PathElement } from './path-element.js';
import type { FieldShape, ListShape, MapShape, Shape } from './shape.js';

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

/** What is found on one level. */
interface Level {
  added: Nodes;
  modified: Nodes;
  removed: Nodes;
}

class Walk {
  /** The results of the last call of `both`. */
  added: FieldSet | undefined;
  modified: FieldSet | undefined;
  removed: FieldSet | undefined;

  private depth = 0;

  /** Compares two values that are both there. */
  both(element: PathElement, shape: Shape, before: Json, after: Json): void {
    const form = formOf(shape, before);
    const otherForm = formOf(shape, after);
    const level = this.inForm(form, shape, before, after);
    if (form !== otherForm) {
      this.acrossForms(element, level, this.inForm(otherForm, shape, before, after));
      return;
    }
    if (level === undefined) {
      this.added = this.removed = undefined;
      this.modified = equalJson(before, after, this.depth) ? undefined : leafNode(element);
      return;
    }
    this.added = node(element, false, level.added);
    this.modified = node(element, false, level.modified);
    this.removed = node(element, false, level.removed);
  }

  /** The type allows several forms and the value went from one to another: it counts in both. */
  private acrossForms(element: PathElement, a: Level | undefined, b: Level | undefined): void {
    this.added = merge(node(element, false, a?.added), node(element, false, b?.added));
    this.removed = merge(node(element, false, a?.removed), node(element, false, b?.removed));
    const isLeaf = a === undefined || b === undefined;
    this.modified = merge(node(element, isLeaf, a?.modified), node(element, false, b?.modified));
  }

  /** Compares what is below two values, taking both in one form. Undefined if that makes them leaves. */
  private inForm(form: Form, shape: Shape, before: Json, after: Json): Level | undefined {
    if (form === 'scalar') return undefined;
    if (form === 'list') {
      const list = shape.list as ListShape;
      const a = isList(before) ? before : NO_ITEMS;
      const b = isList(after) ? after : NO_ITEMS;
      return !list.associative || (a.length === 0 && b.length === 0) ? undefined : this.items(list, a, b);
    }
    const map = shape.map as MapShape;
    const a = isObject(before) ? before : NO_MEMBERS;
    const b = isObject(after) ? after : NO_MEMBERS;
    return map.atomic || (isEmptyObject(a) && isEmptyObject(b)) ? undefined : this.members(map, a, b);
  }

  private members(map: MapShape, before: ReadonlyJsonObject, after: ReadonlyJsonObject): Level {
    this.descend();
    const level: Level = { added: undefined, modified: undefined, removed: undefined };
    for (const name in before) {
      const a = member(before, name);
      if (a === undefined || name === map.ignored) continue;
      const b = member(after, name);
      if (a === b) continue;
      const field = map.fields.get(name);
      const shape = field?.shape ?? map.values;
      if (shape !== undefined) this.pair(level, elementOfMember(field, name), shape, a, b);
    }
    for (const name in after) {
      const b = member(after, name);
      if (b === undefined || name === map.ignored || member(before, name) !== undefined) continue;
      const field = map.fields.get(name);
      const shape = field?.shape ?? map.values;
      if (shape !== undefined) this.pair(level, elementOfMember(field, name), shape, undefined, b);
    }
    this.depth--;
    return inOrder(level);
  }

  private items(list: ListShape, before: readonly Json[], after: readonly Json[]): Level {
    this.descend();
    const level: Level = { added: undefined, modified: undefined, removed: undefined };
    const a = elementsOf(list, before);
    const b = elementsOf(list, after);
    for (const [text, { element, items }] of a) this.occurrences(level, list, element, items, b.get(text)?.items ?? NO_ITEMS);
    for (const [text, { element, items }] of b) if (!a.has(text)) this.occurrences(level, list, element, NO_ITEMS, items);
    this.depth--;
    return inOrder(level);
  }

  /** Elements that are there more than once have no parts, only a mark of their own. */
  private occurrences(level: Level, list: ListShape, element: PathElement, before: readonly Json[], after: readonly Json[]): void {
    if (before.length > 1 && after.length > 1) {
      if (!equalJson(before, after, this.depth)) (level.modified ??= []).push(leafNode(element));
      return;
    }
    if (before.length > 1) (level.removed ??= []).push(leafNode(element));
    if (after.length > 1) (level.added ??= []).push(leafNode(element));
    this.pair(level, element, list.items, before.length === 1 ? before[0] : undefined, after.length === 1 ? after[0] : undefined);
  }

  private pair(level: Level, element: PathElement, shape: Shape, before: Json | undefined, after: Json | undefined): void {
    if (before === after) return;
    if (before === undefined) (level.added ??= []).push(this.whole(element, shape, after as Json));
    else if (after === undefined) (level.removed ??= []).push(this.whole(element, shape, before));
    else {
      this.both(element, shape, before, after);
      if (this.added !== undefined) (level.added ??= []).push(this.added);
      if (this.modified !== undefined) (level.modified ??= []).push(this.modified);
      if (this.removed !== undefined) (level.removed ??= []).push(this.removed);
    }
  }

  /** All paths of a value that is on one side only, containers included. */
  private whole(element: PathElement, shape: Shape, value: Json): FieldSet {
    if (typeof value !== 'object' || value === null) return leafNode(element);
    const children = isList(value) ? this.wholeList(shape.list, value) : this.wholeMap(shape.map, value as ReadonlyJsonObject);
    return children === undefined ? leafNode(element) : new FieldSet(element, true, children);
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
    if (list === undefined || !list.associative || value.length === 0) return undefined;
    this.descend();
    const nodes: FieldSet[] = [];
    for (const { element, items } of elementsOf(list, value).values()) {
      nodes.push(items.length > 1 ? leafNode(element) : this.whole(element, list.items, items[0] ?? null));
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
    const element = listItemElementAt(list, item, i);
    const known = out.get(element.text);
    if (known === undefined) out.set(element.text, { element, items: [item] });
    else known.items.push(item);
  }
  return out;
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

function inOrder(level: Level): Level {
  sorted(level.added);
  sorted(level.modified);
  sorted(level.removed);
  return level;
}

function sorted(nodes: Nodes): Nodes {
  return nodes === undefined || nodes.length < 2 ? nodes : sortNodes(nodes);
}
