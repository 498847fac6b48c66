import { elementOf, type FieldSet, makeNode, makeRoot, recursiveDifference } from './field-set.js';
import { fieldElement, type PathElement } from './path-element.js';

/** Takes fields out of a set, such as those that a strategy resets (Go: fieldpath.Filter). */
export type FieldFilter = (set: FieldSet) => FieldSet;

/** Leaves out these fields and all that is below them: the usual reset fields (`status`, or `spec`). */
export function excludeFields(fields: FieldSet): FieldFilter {
  return (set) => recursiveDifference(set, fields);
}

/** Any one step of a path. */
export const ANY_ELEMENT: unique symbol = Symbol('any path element');

/** The beginning of a path: field names and `ANY_ELEMENT`. */
export type PathPrefix = readonly (string | typeof ANY_ELEMENT)[];

/**
 * Keeps only what begins with one of these prefixes, and the way to it: for
 * subresources that write a few nested fields, such as pods/resize.
 */
export function onlyFields(...prefixes: PathPrefix[]): FieldFilter {
  return (set) => makeRoot(keep(set, prefixes));
}

function keep(node: FieldSet, prefixes: readonly PathPrefix[]): FieldSet[] {
  const kept: FieldSet[] = [];
  for (const child of node.children) {
    const element = elementOf(child);
    const rests = prefixes.filter(([first]) => first === ANY_ELEMENT || matches(first, element)).map((prefix) => prefix.slice(1));
    if (rests.length === 0) continue;
    const below = rests.some((rest) => rest.length === 0) ? child : makeNode(element, child.isMember, keep(child, rests));
    if (below !== undefined) kept.push(below);
  }
  return kept;
}

function matches(name: string | undefined, element: PathElement): boolean {
  return name !== undefined && element.text === fieldElement(name).text;
}
