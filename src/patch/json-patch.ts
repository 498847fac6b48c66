import { MAX_DEPTH } from '../schema/json-syntax.js';
import type { LiteralValue } from '../schema/json-literal.js';
import type { JsonObject, JsonValue } from '../schema/type.js';
import { containerOf, equals, isContainer, nestsWithin, PathError, valueOf, type Container, type Tree } from './json-patch-tree.js';
import { patchRejected } from './patch-errors.js';
import { member, type PatchObject } from './patch-members.js';

/** Bytes of JSON that the `copy` operations of one patch may add (Go: server.Config, JSONPatchMaxCopyBytes). */
const MAX_COPY_BYTES = 3 * 1024 * 1024;

/** One operation as it was sent; null does nothing but fail when it is applied. */
export type JsonPatchOperation = PatchObject | null;

/**
 * Applies a JSON patch (RFC 6902) as the real server does (Go package:
 * gopkg.in/evanphx/json-patch.v4). The document is not changed; what the patch
 * doesn't touch is shared with the result. `decodeJsonPatch` gives the operations.
 *
 * fast-json-patch isn't used here, because none of its operations agrees in
 * full: the real one takes negative indexes; `replace` of a missing key adds it;
 * `copy` of a missing key and `add` without a value store null; `test` of null
 * holds for a missing key; the part of a path before the first slash is ignored;
 * the whole document may be replaced and tested, but not added or removed. And
 * fast-json-patch changes its input, bans `__proto__`, and calls a document's own
 * `hasOwnProperty`. The tests compare the two where they do agree.
 *
 * Known differences from the real one: numbers and strings are compared as
 * values, not as they were spelled (`1` and `1.0` are equal); where the real one
 * panics (`replace` of the whole without a value, `test` with null in a list) the
 * patch is rejected or compared in the natural way.
 *
 * Members of every object on a path come sorted, as in the text that the real
 * server's errors quote. Any failure is `patchRejected`, whose cause is the library's own text. Decoding the result is
 * the next step, and its faults are `patchResultInvalid` with the result as
 * `printJson`; null may stand where the type has a value and decodes to its zero.
 */
export function applyJsonPatch(document: JsonValue, operations: readonly (JsonObject | null)[]): JsonValue;
export function applyJsonPatch(document: LiteralValue, operations: readonly JsonPatchOperation[]): LiteralValue;
export function applyJsonPatch(document: LiteralValue, operations: readonly JsonPatchOperation[]): LiteralValue {
  const root = containerOf(document);
  if (root === undefined) throw patchRejected('the document is neither an object nor a list');
  const run = new Run(root);
  try {
    for (const operation of operations) run.apply(operation ?? NOTHING);
  } catch (error) {
    if (error instanceof PathError) throw patchRejected(error.message);
    throw error;
  }
  return run.root.toValue();
}

const NOTHING: PatchObject = {};

/** Where a pointer ends: the container, the last step's key, and how deep the container is (1 = the root). */
interface Place {
  readonly container: Container;
  readonly key: string;
  readonly depth: number;
  readonly path: string;
}

class Run {
  private copied = 0;

  constructor(public root: Container) {}

  apply(operation: PatchObject): void {
    const kind = member(operation, 'op');
    switch (kind) {
      case 'add':
        this.put(this.locate(operation, 'path', ADD), member(operation, 'value') ?? null, 'add');
        return;
      case 'remove': {
        const place = this.locate(operation, 'path', REMOVE);
        within(`error in remove for path: '${place.path}'`, () => {
          place.container.remove(place.key);
        });
        return;
      }
      case 'replace':
        this.replace(operation);
        return;
      case 'move':
        this.move(operation);
        return;
      case 'copy':
        this.copy(operation);
        return;
      case 'test':
        this.test(operation);
        return;
      default:
        throw new PathError(`Unexpected kind: ${typeof kind === 'string' ? kind : 'unknown'}`);
    }
  }

  private replace(operation: PatchObject): void {
    const value = member(operation, 'value');
    if (pointer(operation, 'path', REPLACE) === '') {
      const root = value === undefined ? undefined : containerOf(value);
      if (root === undefined) throw new PathError('replace operation value must be object or array: %!w(<nil>)');
      this.root = root;
      return;
    }
    const place = this.locate(operation, 'path', REPLACE);
    try {
      this.at(place);
    } catch (error) {
      if (error instanceof PathError)
        throw new PathError(`replace operation does not apply: doc is missing key: ${place.path}: missing value`);
      throw error;
    }
    guardDepth(place, value ?? null);
    place.container.set(place.key, value ?? null);
  }

  private move(operation: PatchObject): void {
    const from = this.locate(operation, 'from', MOVE_FROM);
    const value = within(`error in move for path: '${from.key}'`, () => {
      const found = this.at(from);
      from.container.remove(from.key);
      return found;
    });
    this.put(this.locate(operation, 'path', MOVE_TO), value ?? null, 'move');
  }

  private copy(operation: PatchObject): void {
    const from = this.locate(operation, 'from', COPY_FROM);
    const value = within(`error in copy for from: '${from.path}'`, () => this.at(from));
    const to = this.locate(operation, 'path', COPY_TO);
    // A plain value is never changed later, so two places may share it.
    const copy = value === undefined ? null : valueOf(value);
    guardDepth(to, copy);
    if (value !== undefined) this.copied += Buffer.byteLength(JSON.stringify(copy));
    if (this.copied > MAX_COPY_BYTES) {
      throw new PathError(
        `Unable to complete the copy, the accumulated size increase of copy is ${String(this.copied)}, exceeding the limit ${String(MAX_COPY_BYTES)}`,
      );
    }
    within('error while adding value during copy', () => {
      to.container.add(to.key, copy);
    });
  }

  private test(operation: PatchObject): void {
    const value = member(operation, 'value');
    const path = pointer(operation, 'path', TEST);
    const current = path === '' ? this.root : this.tested(operation);
    const holds =
      current === undefined || current === null ? value === undefined || value === null : value !== undefined && equals(current, value);
    if (!holds) throw new PathError(`testing value ${path} failed: test failed`);
  }

  private tested(operation: PatchObject): Tree | undefined {
    const place = this.locate(operation, 'path', TEST);
    return within(`error in test for path: '${place.path}'`, () => this.at(place));
  }

  private at(place: Place): Tree | undefined {
    return place.container.get(place.key);
  }

  private put(place: Place, value: Tree, what: string): void {
    guardDepth(place, value);
    within(`error in ${what} for path: '${place.path}'`, () => {
      place.container.add(place.key, value);
    });
  }

  /** Walks to the container of a pointer's last step, opening what lies on the way. */
  private locate(operation: PatchObject, name: 'path' | 'from', words: Words): Place {
    const path = pointer(operation, name, words);
    const steps = path.split('/');
    const last = steps.pop();
    // What comes before the first slash is not looked at.
    if (last === undefined || steps.length === 0) throw new PathError(words.missing(path));
    let container = this.root;
    for (let i = 1; i < steps.length; i++) {
      const key = unescape(steps[i] ?? '');
      const next = stepInto(container, key);
      const opened = next === undefined ? undefined : containerOf(next);
      if (opened === undefined) throw new PathError(words.missing(path));
      if (!isContainer(next)) container.set(key, opened);
      container = opened;
    }
    return { container, key: unescape(last), depth: steps.length, path };
  }
}

/** On the way to a place a bad index is as good as a missing one. */
function stepInto(container: Container, key: string): Tree | undefined {
  try {
    return container.get(key);
  } catch (error) {
    if (error instanceof PathError) return undefined;
    throw error;
  }
}

/** What an operation says of a pointer that it lacks or that leads nowhere. */
interface Words {
  readonly absent: string;
  readonly missing: (path: string) => string;
}

const MISSING = 'missing value';
const NO_PATH = `operation missing path field: ${MISSING}`;
const NO_FROM = `operation, missing from field: ${MISSING}`;
const ADD: Words = {
  absent: `add operation failed to decode path: ${MISSING}`,
  missing: (path) => `add operation does not apply: doc is missing path: "${path}": ${MISSING}`,
};
const REMOVE: Words = {
  absent: `remove operation failed to decode path: ${MISSING}`,
  missing: (path) => `remove operation does not apply: doc is missing path: "${path}": ${MISSING}`,
};
const REPLACE: Words = {
  absent: `replace operation failed to decode path: ${NO_PATH}`,
  missing: (path) => `replace operation does not apply: doc is missing path: ${path}: ${MISSING}`,
};
const MOVE_FROM: Words = {
  absent: `move operation failed to decode from: ${NO_FROM}`,
  missing: (path) => `move operation does not apply: doc is missing from path: ${path}: ${MISSING}`,
};
const MOVE_TO: Words = {
  absent: `move operation failed to decode path: ${NO_PATH}`,
  missing: (path) => `move operation does not apply: doc is missing destination path: ${path}: ${MISSING}`,
};
const COPY_FROM: Words = {
  absent: `copy operation failed to decode from: ${NO_FROM}`,
  missing: (path) => `copy operation does not apply: doc is missing from path: ${path}: ${MISSING}`,
};
const COPY_TO: Words = {
  absent: `copy operation failed to decode path: ${MISSING}`,
  missing: (path) => `copy operation does not apply: doc is missing destination path: ${path}: ${MISSING}`,
};
const TEST: Words = {
  absent: `test operation failed to decode path: ${NO_PATH}`,
  missing: (path) => `test operation does not apply: is missing path: ${path}: ${MISSING}`,
};

/** Puts the operation's words before what a container complains of. */
function within<T>(words: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PathError) throw new PathError(`${words}: ${error.message}`);
    throw error;
  }
}

/** Many small operations must not build what no recursive walk survives. */
function guardDepth(place: Place, value: Tree): void {
  if (!nestsWithin(value, MAX_DEPTH - place.depth)) throw new PathError('exceeded max depth');
}

function pointer(operation: PatchObject, name: 'path' | 'from', words: Words): string {
  const given = member(operation, name);
  if (typeof given !== 'string') throw new PathError(words.absent);
  return given;
}

/** RFC 6901, section 4. */
function unescape(step: string): string {
  return step.includes('~') ? step.replaceAll('~1', '/').replaceAll('~0', '~') : step;
}
