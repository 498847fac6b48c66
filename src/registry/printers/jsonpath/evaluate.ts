import type { JsonObject, JsonValue } from '../../../schema/type.js';
import { compareValues } from './compare.js';
import { GoNumber, type Path, type PathNode, type Slice } from './node.js';

/** What a path finds: parts of the object, or constants of the path. */
export type Found = JsonValue | GoNumber;

/**
 * The most values that one path may visit in one object. Steps such as `..`
 * multiply what they find, so a short path could keep the process busy.
 */
const MAX_VISITS = 100_000;

/**
 * The values that a path finds; undefined where the real server reports an
 * error, such as an index of something that is no list. Missing keys find
 * nothing and are no error (Go: jsonpath.FindResults with AllowMissingKeys).
 */
export function evaluatePath(path: Path, root: JsonValue): readonly Found[] | undefined {
  const evaluation = new Evaluation();
  const found = evaluation.walkPath([root], path);
  return evaluation.failed ? undefined : found;
}

/** One run; after a failure the values are those that Go hands back beside its error. */
class Evaluation {
  failed = false;
  private visits = 0;

  walkPath(values: readonly Found[], path: Path): readonly Found[] {
    let current = values;
    for (const node of path) {
      current = this.walk(current, node);
      if (this.failed) return current;
    }
    return current;
  }

  private walk(values: readonly Found[], node: PathNode): readonly Found[] {
    switch (node.kind) {
      case 'field':
        return this.spend(values.length + 1) ? fieldsOf(values, node.name) : values;
      case 'wildcard':
        return this.children(values);
      case 'recursive':
        return this.descend(values);
      case 'slice':
        return this.slice(values, node);
      case 'union':
        return this.union(values, node.paths);
      case 'filter':
        return this.filter(values, node);
      case 'text':
        return [node.value];
      case 'literal':
        return values.map(() => node.value);
      case 'identifier':
        return this.fail(values);
    }
  }

  /** Counts values that are about to be visited; false, and failed, if there were too many. */
  private spend(visits: number): boolean {
    this.visits += visits;
    if (this.visits > MAX_VISITS) this.failed = true;
    return !this.failed;
  }

  private fail(values: readonly Found[]): readonly Found[] {
    this.failed = true;
    return values;
  }

  private children(values: readonly Found[]): readonly Found[] {
    const found: Found[] = [];
    for (const value of values) {
      const children = childrenOf(value);
      if (!this.spend(children.length + 1)) return values;
      for (const child of children) found.push(child);
    }
    return found;
  }

  /** Everything that has something in it, outer values first. */
  private descend(values: readonly Found[]): readonly Found[] {
    const found: Found[] = [];
    const stack = [...values].reverse();
    while (stack.length > 0) {
      const value = stack.pop() ?? null;
      const children = childrenOf(value);
      if (!this.spend(children.length + 1)) return values;
      if (children.length > 0 || (typeof value === 'string' && value !== '')) found.push(value);
      for (let i = children.length - 1; i >= 0; i--) stack.push(children[i] ?? null);
    }
    return found;
  }

  private slice(values: readonly Found[], bounds: Slice): readonly Found[] {
    const found: Found[] = [];
    for (const value of values) {
      if (value === null) continue;
      if (!Array.isArray(value)) return this.fail(values);
      let start = bounds.start ?? 0;
      let end = bounds.end ?? value.length;
      if (start < 0) start += value.length;
      if (end < 0 || (end === 0 && bounds.single)) end += value.length;
      if (start === end) return found;
      const step = bounds.step ?? 1;
      if (start < 0 || start >= value.length || end < 0 || end > value.length || start > end || step <= 0) return this.fail(values);
      if (!this.spend(end - start)) return values;
      for (let i = start; i < end; i += step) found.push(value[i] ?? null);
    }
    return found;
  }

  private union(values: readonly Found[], paths: readonly Path[]): readonly Found[] {
    const found: Found[] = [];
    for (const path of paths) {
      const part = this.walkPath(values, path);
      if (this.failed || !this.spend(part.length)) return values;
      for (const value of part) found.push(value);
    }
    return found;
  }

  private filter(values: readonly Found[], node: Extract<PathNode, { kind: 'filter' }>): readonly Found[] {
    const found: Found[] = [];
    for (const value of values) {
      if (!Array.isArray(value)) return this.fail(values);
      for (const item of value) {
        const passes = this.spend(1) ? this.passes(item, node) : undefined;
        if (passes === undefined) return this.fail(values);
        if (passes) found.push(item);
      }
    }
    return found;
  }

  /** Undefined where the comparison makes no sense. */
  private passes(item: JsonValue, { left, operator, right }: Extract<PathNode, { kind: 'filter' }>): boolean | undefined {
    const lefts = this.walkPath([item], left);
    if (operator === 'exists') {
      // Go ignores the error here, and what came with it counts.
      this.failed = false;
      return this.spend(0) ? lefts.length > 0 : undefined;
    }
    if (this.failed) return undefined;
    if (lefts.length !== 1) return lefts.length === 0 ? false : undefined;
    const rights = this.walkPath([item], right);
    if (this.failed) return undefined;
    if (rights.length !== 1) return rights.length === 0 ? false : undefined;
    return compareValues(lefts[0] ?? null, operator, rights[0] ?? null);
  }
}

function fieldsOf(values: readonly Found[], name: string): Found[] {
  const found: Found[] = [];
  for (const value of values) {
    if (!isObject(value) || !Object.hasOwn(value, name)) continue;
    const member = value[name];
    if (member !== undefined) found.push(member);
  }
  return found;
}

/** The members of an object or list. */
function childrenOf(value: Found): readonly Found[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value).filter((child) => child !== undefined) : [];
}

function isObject(value: Found): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof GoNumber);
}
