import { setOwn } from '../../schema/set-own.js';
import type { Json } from '../../schema/type.js';
import type { FieldSet } from './field-set.js';
import { isEmptyObject, isList, isObject, MAX_DEPTH, member, NestingError, type ReadonlyJsonObject } from './json.js';
import { formOf } from './kinds.js';
import { listItemElement } from './list-items.js';
import { fieldElement } from './path-element.js';
import type { ListShape, MapShape, Shape } from './shape.js';

/**
 * A value without the members and list elements that a set names (Go:
 * TypedValue.RemoveItems). Containers that lose what was inside stay, empty.
 * The value must be valid; the result shares subtrees with it.
 */
export function removeItems(shape: Shape, value: Json, items: FieldSet): Json {
  return items.children.length === 0 ? value : new Removal().value(shape, value, items);
}

class Removal {
  private depth = 0;

  value(shape: Shape, value: Json, items: FieldSet): Json {
    switch (formOf(shape, value)) {
      case 'scalar':
        return value;
      case 'list':
        return isList(value) ? this.list(shape.list as ListShape, value, items) : null;
      case 'map':
        return isObject(value) ? this.map(shape.map as MapShape, value, items) : null;
    }
  }

  private list(list: ListShape, value: readonly Json[], items: FieldSet): Json {
    if (value.length === 0 || !list.associative) return null;
    this.descend();
    const out: Json[] = [];
    let hadMatches = false;
    for (const item of value) {
      const node = items.child(listItemElement(list, item));
      if (node?.isMember === true) continue;
      if (node !== undefined && hasBelow(node)) {
        hadMatches = true;
        out.push(this.without(list.items, item, node));
      } else {
        out.push(item);
      }
    }
    this.depth--;
    return out.length > 0 || hadMatches ? out : null;
  }

  private map(map: MapShape, value: ReadonlyJsonObject, items: FieldSet): Json {
    if (isEmptyObject(value) || map.atomic) return null;
    this.descend();
    const out: { [name: string]: Json } = {};
    let hadMatches = false;
    for (const name in value) {
      const item = member(value, name);
      if (item === undefined) continue;
      const field = map.fields.get(name);
      const node = items.child(field?.element ?? fieldElement(name));
      const shape = field?.shape ?? map.values;
      if (node === undefined || shape === undefined) {
        setOwn(out, name, item);
      } else if (!node.isMember) {
        hadMatches = true;
        setOwn(out, name, this.without(shape, item, node));
      }
    }
    this.depth--;
    return !isEmptyObject(out) || hadMatches ? out : null;
  }

  /** A container stays a container, even if all that was inside went. */
  private without(shape: Shape, value: Json, items: FieldSet): Json {
    const rest = this.value(shape, value, items);
    if (rest !== null) return rest;
    return isObject(value) ? {} : isList(value) ? [] : null;
  }

  private descend(): void {
    if (++this.depth > MAX_DEPTH) throw new NestingError();
  }
}

function hasBelow(node: FieldSet): boolean {
  return node.children.length > 0;
}
