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
 * server's errors quote. Any failure is `patchRejected`. Decoding the result is
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
}

class Run {
  private copied = 0;

  constructor(public root: Container) {}

  apply(operation: PatchObject): void {
    const kind = member(operation, 'op');
    switch (kind) {
      case 'add':
        this.put(this.find(pointer(operation, 'path')), member(operation, 'value') ?? null);
        return;
      case 'remove': {
        const place = this.find(pointer(operation, 'path'));
        place.container.remove(place.key);
        return;
      }
      case 'replace':
        this.replace(pointer(operation, 'path'), member(operation, 'value'));
        return;
      case 'move':
        this.move(operation);
        return;
      case 'copy':
        this.copy(operation);
        return;
      case 'test':
        this.test(pointer(operation, 'path'), member(operation, 'value'));
        return;
      default:
        throw new PathError(`Unexpected kind: ${typeof kind === 'string' ? kind : 'unknown'}`);
    }
  }

  private replace(path: string, value: LiteralValue | undefined): void {
    if (path === '') {
      const root = value === undefined ? undefined : containerOf(value);
      if (root === undefined) throw new PathError('replace operation value must be object or array');
      this.root = root;
      return;
    }
    const place = this.find(path);
    this.at(place);
    guardDepth(place, value ?? null);
    place.container.set(place.key, value ?? null);
  }

  private move(operation: PatchObject): void {
    const from = this.find(pointer(operation, 'from'));
    const value = this.at(from);
    from.container.remove(from.key);
    this.put(this.find(pointer(operation, 'path')), value ?? null);
  }

  private copy(operation: PatchObject): void {
    const from = this.find(pointer(operation, 'from'));
    const to = this.find(pointer(operation, 'path'));
    const value = this.at(from);
    // A plain value is never changed later, so two places may share it.
    const copy = value === undefined ? null : valueOf(value);
    guardDepth(to, copy);
    if (value !== undefined) this.copied += Buffer.byteLength(JSON.stringify(copy));
    if (this.copied > MAX_COPY_BYTES) {
      throw new PathError(
        `Unable to complete the copy, the accumulated size increase of copy is ${String(this.copied)}, exceeding the limit ${String(MAX_COPY_BYTES)}`,
      );
    }
    to.container.add(to.key, copy);
  }

  private test(path: string, value: LiteralValue | undefined): void {
    const current = path === '' ? this.root : this.at(this.find(path));
    const holds =
      current === undefined || current === null ? value === undefined || value === null : value !== undefined && equals(current, value);
    if (!holds) throw new PathError(`testing value ${path} failed`);
  }

  private at(place: Place): Tree | undefined {
    return place.container.get(place.key);
  }

  private put(place: Place, value: Tree): void {
    guardDepth(place, value);
    place.container.add(place.key, value);
  }

  /** Walks to the container of a pointer's last step, opening what lies on the way. */
  private find(path: string): Place {
    const steps = path.split('/');
    const last = steps.pop();
    // What comes before the first slash is not looked at.
    if (last === undefined || steps.length === 0) throw new PathError(`doc is missing path: "${path}"`);
    let container = this.root;
    for (let i = 1; i < steps.length; i++) {
      const key = unescape(steps[i] ?? '');
      const next = container.get(key);
      const opened = next === undefined ? undefined : containerOf(next);
      if (opened === undefined) throw new PathError(`doc is missing path: "${path}"`);
      if (!isContainer(next)) container.set(key, opened);
      container = opened;
    }
    return { container, key: unescape(last), depth: steps.length };
  }
}

/** Many small operations must not build what no recursive walk survives. */
function guardDepth(place: Place, value: Tree): void {
  if (!nestsWithin(value, MAX_DEPTH - place.depth)) throw new PathError('exceeded max depth');
}

function pointer(operation: PatchObject, name: 'path' | 'from'): string {
  const given = member(operation, name);
  if (typeof given !== 'string') throw new PathError(`operation missing ${name} field: missing value`);
  return given;
}

/** RFC 6901, section 4. */
function unescape(step: string): string {
  return step.includes('~') ? step.replaceAll('~1', '/').replaceAll('~0', '~') : step;
}
