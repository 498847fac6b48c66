import { goQuote } from '../../apimachinery/field-error.js';
import type { Json } from '../../schema/type.js';
import { isList, isObject, member } from './json.js';
import { type KeyField, keyElement, type PathElement, valueElement } from './path-element.js';
import type { ListShape } from './shape.js';
import { fault, TypedError, type TypedFault } from './typed-error.js';

/** A list element that cannot be named: why, in the words of structured-merge-diff. */
export class ListItemError extends Error {
  override readonly name = 'ListItemError';
}

/** What names an element of an associative list: its keys (or their defaults), or the value itself. */
export function listItemElement(list: ListShape, item: Json): PathElement {
  return list.keyNames.length > 0 ? keyedElement(list, item) : setElement(item);
}

/** As `listItemElement`; what goes wrong becomes a fault that tells the position. */
export function listItemElementAt(list: ListShape, item: Json, index: number): PathElement {
  try {
    return listItemElement(list, item);
  } catch (error) {
    if (error instanceof ListItemError) throw new TypedError([listItemFault(error, index)]);
    throw error;
  }
}

/** The fault of an element that cannot be named. */
export function listItemFault(error: ListItemError, index: number): TypedFault {
  return fault(`element ${index}: ${error.message}`);
}

function keyedElement(list: ListShape, item: Json): PathElement {
  if (item === null) throw new ListItemError('associative list with keys may not have a null element');
  if (!isObject(item)) throw new ListItemError('associative list with keys may not have non-map elements');
  const fields: KeyField[] = [];
  for (const key of list.keys) {
    const value = member(item, key.name);
    if (value !== undefined) fields.push({ name: key.name, value });
    else if (list.items.map === undefined)
      throw new ListItemError(`couldn't find default value for ${key.name}: associative list may not have non-map types`);
    else if (key.default !== null) fields.push({ name: key.name, value: key.default });
  }
  if (fields.length === 0) {
    const names = list.keyNames.map(goQuote).join(' ');
    throw new ListItemError(
      `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    );
  }
  return keyElement(fields);
}

function setElement(item: Json): PathElement {
  if (item === null) throw new ListItemError("associative list without keys has an element that's an explicit null");
  if (isList(item)) throw new ListItemError('not supported: associative list with lists as elements');
  if (isObject(item)) throw new ListItemError("associative list without keys has an element that's a map type");
  return valueElement(item);
}
