import { compareElements, type Path, type PathElement } from './path-element.js';

/**
 * A set of paths, kept as a tree (Go: fieldpath.Set). A node stands for the
 * path that leads to it: `isMember` says whether that path itself is in the set,
 * `children` (sorted, never empty-handed) hold the longer ones. The root stands
 * for the whole object, which nobody owns: it is no member.
 *
 * Sets are immutable and share subtrees; an operation that changes nothing
 * returns its operand, so identity is a cheap proof of equality.
 */
export class FieldSet {
  /** The form that managedFields carry, once somebody has asked for it (see fields-v1.ts). */
  serialized: object | undefined = undefined;
  /** The schema that is known to have no say about this set (see reconcile.ts). */
  checkedBy: object | undefined = undefined;

  constructor(
    /** The last step to this node; undefined at a root. */
    readonly element: PathElement | undefined,
    readonly isMember: boolean,
    readonly children: readonly FieldSet[],
  ) {}

  isEmpty(): boolean {
    return !this.isMember && this.children.length === 0;
  }

  /** The node below this one, if any path goes through it. */
  child(element: PathElement): FieldSet | undefined {
    const { children } = this;
    let low = 0;
    let high = children.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const node = children[middle] as FieldSet;
      const order = compareElements(elementOf(node), element);
      if (order === 0) return node;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  /** True if this very path is in the set. */
  has(path: Path): boolean {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the walk starts here
    let node: FieldSet | undefined = this;
    for (const element of path) {
      node = node.child(element);
      if (node === undefined) return false;
    }
    return path.length > 0 && node.isMember;
  }

  /** Every path of the set. Those that end at a level come before those that go deeper. */
  paths(): PathElement[][] {
    const out: PathElement[][] = [];
    collectPaths(this, [], out);
    return out;
  }
}

const NO_CHILDREN: readonly FieldSet[] = [];

/** The set without paths. */
export const EMPTY_SET = new FieldSet(undefined, false, NO_CHILDREN);

/** The node of a path that is in the set and ends there. Shared by all sets that name the element. */
export function leafNode(element: PathElement): FieldSet {
  return (element.leaf ??= new FieldSet(element, true, NO_CHILDREN));
}

/** A node with these (sorted) children; undefined if it would hold no path. */
export function makeNode(
  element: PathElement | undefined,
  isMember: boolean,
  children: readonly FieldSet[] | undefined,
): FieldSet | undefined {
  if (children === undefined || children.length === 0) return isMember && element !== undefined ? leafNode(element) : undefined;
  return new FieldSet(element, isMember, children);
}

/** A root with these (sorted) children. */
export function makeRoot(children: readonly FieldSet[] | undefined): FieldSet {
  return children === undefined || children.length === 0 ? EMPTY_SET : new FieldSet(undefined, false, children);
}

/** The set of these paths. */
export function setOf(...paths: Path[]): FieldSet {
  let set = EMPTY_SET;
  for (const path of paths) {
    let node: FieldSet | undefined;
    for (let i = path.length - 1; i >= 0; i--) node = makeNode(path[i], node === undefined, node === undefined ? undefined : [node]);
    if (node !== undefined) set = union(set, makeRoot([node]));
  }
  return set;
}

/** Sorts nodes of one level in place. */
export function sortNodes(nodes: FieldSet[]): FieldSet[] {
  // Nearly always few or already in order: insertion keeps that cheap.
  if (nodes.length > 32) return nodes.sort((a, b) => compareElements(elementOf(a), elementOf(b)));
  for (let i = 1; i < nodes.length; i++) {
    const node = nodes[i] as FieldSet;
    const element = elementOf(node);
    let at = i;
    while (at > 0 && compareElements(elementOf(nodes[at - 1] as FieldSet), element) > 0) {
      nodes[at] = nodes[at - 1] as FieldSet;
      at--;
    }
    nodes[at] = node;
  }
  return nodes;
}

/** The step to a node that is no root. */
export function elementOf(node: FieldSet): PathElement {
  return node.element as PathElement;
}

/** Paths in a or b. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || b.isEmpty()) return a;
  if (a.isEmpty()) return b;
  return combine(a, b, unionRule);
}

/** Paths in both a and b. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  if (a.isEmpty() || b.isEmpty()) return EMPTY_SET;
  return combine(a, b, intersectionRule);
}

/** Paths in a that are not in b. Longer paths stay: without `a`, `a.b` is still there. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return EMPTY_SET;
  if (a.isEmpty() || b.isEmpty()) return a;
  return combine(a, b, differenceRule);
}

/** Paths in a that are neither in b nor below a path of b. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return EMPTY_SET;
  if (a.isEmpty() || b.isEmpty()) return a;
  return combine(a, b, recursiveDifferenceRule);
}

/** True if both hold the same paths. */
export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.isMember !== b.isMember || a.children.length !== b.children.length) return false;
  for (let i = 0; i < a.children.length; i++) {
    const x = a.children[i] as FieldSet;
    const y = b.children[i] as FieldSet;
    if (x !== y && (compareElements(elementOf(x), elementOf(y)) !== 0 || !sameSet(x, y))) return false;
  }
  return true;
}

/** Only the paths of a set that no longer path of the set starts with. */
export function leavesOf(set: FieldSet): FieldSet {
  return makeRoot(set.children.map(leafPaths));
}

function leafPaths(node: FieldSet): FieldSet {
  if (node.children.length === 0) return node;
  return new FieldSet(node.element, false, node.children.map(leafPaths));
}

/** How a set operation treats what is on one side only, and a node that is on both. */
interface Rule {
  readonly keepLeft: boolean;
  readonly keepRight: boolean;
  readonly isMember: (a: FieldSet, b: FieldSet) => boolean;
  /** True if a node of the left side goes with all that is below it. */
  readonly drop?: (b: FieldSet) => boolean;
}

const unionRule: Rule = { keepLeft: true, keepRight: true, isMember: (a, b) => a.isMember || b.isMember };
const intersectionRule: Rule = { keepLeft: false, keepRight: false, isMember: (a, b) => a.isMember && b.isMember };
const differenceRule: Rule = { keepLeft: true, keepRight: false, isMember: (a, b) => a.isMember && !b.isMember };
const recursiveDifferenceRule: Rule = { ...differenceRule, drop: (b) => b.isMember };

function combine(a: FieldSet, b: FieldSet, rule: Rule): FieldSet {
  const merged = combineNodes(a, b, rule);
  return merged === undefined ? EMPTY_SET : merged;
}

/** Merges two sorted levels; the result is `a` itself where nothing differs. */
function combineNodes(a: FieldSet, b: FieldSet, rule: Rule): FieldSet | undefined {
  const left = a.children;
  const right = b.children;
  const out: FieldSet[] = [];
  let changed = false;
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const x = left[i] as FieldSet;
    const y = right[j] as FieldSet;
    const order = compareElements(elementOf(x), elementOf(y));
    if (order < 0) {
      if (rule.keepLeft) out.push(x);
      else changed = true;
      i++;
    } else if (order > 0) {
      if (rule.keepRight) {
        out.push(y);
        changed = true;
      }
      j++;
    } else {
      const node = combineChild(x, y, rule);
      if (node !== undefined) out.push(node);
      changed ||= node !== x;
      i++;
      j++;
    }
  }
  if (i < left.length) {
    if (rule.keepLeft) for (; i < left.length; i++) out.push(left[i] as FieldSet);
    else changed = true;
  }
  if (j < right.length && rule.keepRight) {
    changed = true;
    for (; j < right.length; j++) out.push(right[j] as FieldSet);
  }
  const isMember = rule.isMember(a, b);
  if (!changed && isMember === a.isMember) return a;
  return makeNode(a.element, isMember, out);
}

function combineChild(a: FieldSet, b: FieldSet, rule: Rule): FieldSet | undefined {
  if (a === b) return rule.keepLeft === rule.keepRight ? a : undefined;
  if (rule.drop?.(b) === true) return undefined;
  return combineNodes(a, b, rule);
}

function collectPaths(node: FieldSet, path: PathElement[], out: PathElement[][]): void {
  for (const child of node.children) if (child.isMember) out.push([...path, elementOf(child)]);
  for (const child of node.children) {
    if (child.children.length === 0) continue;
    path.push(elementOf(child));
    collectPaths(child, path, out);
    path.pop();
  }
}
