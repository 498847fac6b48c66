import { goJson } from '../../apimachinery/field-error.js';
import type { Json } from '../../schema/type.js';
import type { FieldSet } from './field-set.js';
import { pathText } from './go-text.js';
import { isList, isObject, MAX_DEPTH, member, NestingError, type ReadonlyJsonObject } from './json.js';
import { compareText, compareValues } from './order.js';

/** One key of an associative list's element. */
export interface KeyField {
  readonly name: string;
  readonly value: Json;
}

/**
 * One step of a path into an object, as managedFields write it (KEP-555,
 * structured-merge-diff's package fieldpath): `f:` a field or map key, `k:` the
 * list element with these keys, `v:` the element of a set, `i:` an index.
 *
 * `text` is the canonical serialised form: two elements are equal exactly if
 * their texts are.
 */
export type PathElement = (
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'key'; readonly fields: readonly KeyField[] }
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'index'; readonly index: number }
) & {
  readonly text: string;
  /** The node of a set for a path that ends here, made once (see `leafNode`). */
  leaf: FieldSet | undefined;
};

/** A path is a list of steps from the root of an object. */
export type Path = readonly PathElement[];

/**
 * Elements in use, so that equal ones are mostly one instance. Only a cache:
 * it is emptied when full, and nothing relies on identity.
 */
const fieldElements = new Map<string, PathElement>();
const listElements = new Map<string, PathElement>();
const CACHE_LIMIT = 20_000;
/** Longer texts are a user's data rather than names that come again. */
const LONGEST_CACHED = 256;

function remember(cache: Map<string, PathElement>, key: string, element: PathElement): PathElement {
  if (key.length > LONGEST_CACHED) return element;
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(key, element);
  return element;
}

/** The element of a struct's field or a map's key. */
export function fieldElement(name: string): PathElement {
  return fieldElements.get(name) ?? remember(fieldElements, name, { kind: 'field', text: `f:${name}`, name, leaf: undefined });
}

/** The element of a list of type map; the fields get sorted by name. */
export function keyElement(fields: readonly KeyField[]): PathElement {
  const sorted = fields.length < 2 ? fields : [...fields].sort((a, b) => compareText(a.name, b.name));
  let text = 'k:{';
  for (let i = 0; i < sorted.length; i++) {
    const field = sorted[i] as KeyField;
    text += `${i === 0 ? '' : ','}${jsonText(field.name)}:${jsonText(field.value)}`;
  }
  text += '}';
  return listElements.get(text) ?? remember(listElements, text, { kind: 'key', text, fields: sorted, leaf: undefined });
}

/** The element of a list of type set. */
export function valueElement(value: Json): PathElement {
  const text = `v:${jsonText(value)}`;
  return listElements.get(text) ?? remember(listElements, text, { kind: 'value', text, value, leaf: undefined });
}

/** An element by its position. */
export function indexElement(index: number): PathElement {
  return { kind: 'index', text: `i:${index}`, index, leaf: undefined };
}

const PLAIN = /^[\w ./:-]*$/;

/** JSON as Go writes it: members sorted, `<`, `>` and `&` escaped. */
function jsonText(value: Json, depth = 0): string {
  if (typeof value === 'string') return PLAIN.test(value) ? `"${value}"` : goJson(value);
  if (typeof value !== 'object' || value === null) return goJson(value);
  if (depth > MAX_DEPTH) throw new NestingError();
  if (isList(value)) return `[${value.map((item) => jsonText(item, depth + 1)).join(',')}]`;
  const names = Object.keys(value).sort(compareText);
  return `{${names.map((name) => `${goJson(name)}:${jsonText(member(value as ReadonlyJsonObject, name) ?? null, depth + 1)}`).join(',')}}`;
}

/** A text that is no path element makes the whole set unreadable. */
export class PathElementError extends Error {
  override readonly name = 'PathElementError';
}

/**
 * Reads a serialised element. Undefined if its kind is unknown: such elements
 * are skipped, for the sake of kinds that a later version may bring.
 */
export function parsePathElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new PathElementError('key must be 2 characters long:');
  if (text.charCodeAt(1) !== 0x3a) throw new PathElementError(`missing colon: ${text}`);
  const content = text.slice(2);
  switch (text.charAt(0)) {
    case 'f':
      return fieldElement(content);
    case 'v':
      return valueElement(parseJson(content));
    case 'k':
      return parseKey(text, content);
    case 'i':
      return parseIndex(content);
    default:
      return undefined;
  }
}

function parseKey(text: string, content: string): PathElement {
  const known = listElements.get(text);
  if (known !== undefined) return known;
  const value = parseJson(content);
  if (value === null) return keyElement([]);
  if (!isObject(value)) throw new PathElementError(`expect { or n, but found ${content.charAt(0)}`);
  return keyElement(Object.keys(value).map((name) => ({ name, value: member(value, name) ?? null })));
}

function parseIndex(content: string): PathElement {
  if (!/^[+-]?\d{1,19}$/.test(content)) throw new PathElementError(`strconv.Atoi: parsing ${JSON.stringify(content)}: invalid syntax`);
  return indexElement(Number(content));
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new PathElementError(`invalid value in path element: ${text}`);
  }
}

const KIND_ORDER = { field: 0, key: 1, value: 2, index: 3 } as const;

/** The order of elements in a set: fields by name, then keys, values and indices. */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0;
  if (a.kind === 'field' && b.kind === 'field') return compareText(a.name, b.name);
  if (a.kind === 'key' && b.kind === 'key') return compareKeys(a.fields, b.fields);
  if (a.kind === 'value' && b.kind === 'value') return compareValues(a.value, b.value);
  if (a.kind === 'index' && b.kind === 'index') return a.index - b.index;
  return KIND_ORDER[a.kind] - KIND_ORDER[b.kind];
}

function compareKeys(a: readonly KeyField[], b: readonly KeyField[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a[i] as KeyField;
    const y = b[i] as KeyField;
    const order = compareText(x.name, y.name) || compareValues(x.value, y.value);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** An element as messages show it: `.name`, `[name="web"]`, `[="x"]`, `[0]`. */
export function elementText(element: PathElement): string {
  switch (element.kind) {
    case 'field':
      return `.${element.name}`;
    case 'key':
      return `[${element.fields.map((field) => `${field.name}=${pathText(field.value)}`).join(',')}]`;
    case 'value':
      return `[=${pathText(element.value)}]`;
    case 'index':
      return `[${element.index}]`;
  }
}

/** A path as messages show it: `.spec.containers[name="web"].image`. */
export function pathToText(path: Path): string {
  let text = '';
  for (const element of path) text += elementText(element);
  return text;
}

/** A path of fields: `fieldPath('spec', 'replicas')`. */
export function fieldPath(...names: string[]): Path {
  return names.map(fieldElement);
}
