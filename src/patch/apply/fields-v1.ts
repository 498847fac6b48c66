import type { Json } from '../../schema/type.js';
import { EMPTY_SET, elementOf, type FieldSet, leafNode, makeNode, makeRoot, sortNodes, union } from './field-set.js';
import { isObject, MAX_DEPTH, NestingError, type ReadonlyJsonObject } from './json.js';
import { parsePathElement, PathElementError } from './path-element.js';

/**
 * The wire form of a set (metav1.FieldsV1): nested objects whose member names
 * are path elements, sorted; `.` stands for the node itself where longer paths
 * follow, an empty object for a path that ends.
 */
export type FieldsV1 = ReadonlyJsonObject;

/** Shared by all leaves, hence frozen. */
const LEAF: FieldsV1 = Object.freeze({});

/**
 * The wire form of a set. It is made once per set and shared between objects:
 * whoever receives it must not change it.
 */
export function toFieldsV1(set: FieldSet): FieldsV1 {
  if (set.children.length === 0) return LEAF;
  if (set.serialized !== undefined) return set.serialized as FieldsV1;
  const fields: Record<string, Json> = {};
  if (set.isMember) fields['.'] = LEAF;
  for (const child of set.children) fields[elementOf(child).text] = toFieldsV1(child);
  set.serialized = fields;
  return fields;
}

/** Reads the wire form; throws `PathElementError` if it is none. */
export function parseFieldsV1(fields: Json | undefined): FieldSet {
  if (fields === undefined || fields === null) return EMPTY_SET;
  if (!isObject(fields)) throw notAnObject(fields);
  return makeRoot(parseChildren(fields, 0));
}

function notAnObject(value: Json): PathElementError {
  return new PathElementError(`ReadMapCB: expect { or n, but found ${JSON.stringify(value).charAt(0)}`);
}

/** The nodes below an object; undefined if it names no path. */
function parseChildren(fields: ReadonlyJsonObject, depth: number): FieldSet[] | undefined {
  if (depth > MAX_DEPTH) throw new NestingError();
  let nodes: FieldSet[] | undefined;
  for (const text in fields) {
    if (text === '.') continue;
    const value = fields[text];
    const element = value === undefined ? undefined : parsePathElement(text);
    if (element === undefined || value === undefined) continue;
    if (value !== null && !isObject(value)) throw notAnObject(value);
    const children = value === null ? undefined : parseChildren(value, depth + 1);
    const node = children === undefined ? leafNode(element) : makeNode(element, value !== null && value['.'] !== undefined, children);
    if (node !== undefined) (nodes ??= []).push(node);
  }
  return nodes === undefined ? undefined : distinct(sortNodes(nodes));
}

/** Different texts may name one element (`k:{"a":1}` and `k:{"a": 1}`): such nodes become one. */
function distinct(nodes: FieldSet[]): FieldSet[] {
  let last = 0;
  for (let i = 1; i < nodes.length; i++) {
    const before = nodes[last] as FieldSet;
    const node = nodes[i] as FieldSet;
    if (elementOf(before).text === elementOf(node).text) nodes[last] = union(before, node);
    else nodes[++last] = node;
  }
  nodes.length = Math.min(nodes.length, last + 1);
  return nodes;
}
