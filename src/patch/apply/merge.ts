import { setOwn } from '../../schema/set-own.js';
import type { Json } from '../../schema/type.js';
import { isEmptyObject, isList, isObject, MAX_DEPTH, member, NestingError } from './json.js';
import { formOf } from './kinds.js';
import { listItemElementAt } from './list-items.js';
import { elementText, type PathElement } from './path-element.js';
import type { ListShape, MapShape, Shape } from './shape.js';
import { fault, TypedError } from './typed-error.js';

/**
 * Merges what is applied into what is there (Go: TypedValue.Merge). Nothing is
 * removed; a leaf that both have takes the applied value; elements of lists
 * follow the applied order where it says something. The result shares subtrees
 * with both operands. Undefined if nothing is left of either.
 */
export function merge(shape: Shape, live: Json | undefined, applied: Json | undefined): Json | undefined {
  return new Merge().values(shape, live, applied);
}

class Merge {
  private depth = 0;

  values(shape: Shape, live: Json | undefined, applied: Json | undefined): Json | undefined {
    if (applied === undefined) return live;
    if (live === undefined) return applied;
    switch (formOf(shape, applied)) {
      case 'scalar':
        return applied;
      case 'list':
        return this.lists(shape.list as ListShape, live, applied);
      case 'map':
        return this.maps(shape.map as MapShape, live, applied);
    }
  }

  private maps(map: MapShape, live: Json, applied: Json): Json | undefined {
    const a = isObject(live) ? live : undefined;
    const b = isObject(applied) ? applied : undefined;
    const isEmpty = (a === undefined || isEmptyObject(a)) && (b === undefined || isEmptyObject(b));
    if (map.atomic || isEmpty) return applied;
    if (a === undefined) return applied;
    if (b === undefined) return live;
    this.descend();
    const out: { [name: string]: Json } = {};
    for (const name in a) {
      const before = member(a, name);
      if (before === undefined) continue;
      const value = this.member(map, name, before, member(b, name));
      if (value !== undefined) setOwn(out, name, value);
    }
    for (const name in b) {
      const value = member(b, name);
      if (value !== undefined && member(a, name) === undefined) setOwn(out, name, value);
    }
    this.depth--;
    return isEmptyObject(out) ? undefined : out;
  }

  private member(map: MapShape, name: string, live: Json, applied: Json | undefined): Json | undefined {
    const shape = map.fields.get(name)?.shape ?? map.values;
    return shape === undefined ? (applied ?? live) : this.values(shape, live, applied);
  }

  private lists(list: ListShape, live: Json, applied: Json): Json | undefined {
    const a = isList(live) ? live : [];
    const b = isList(applied) ? applied : [];
    if (!list.associative || (a.length === 0 && b.length === 0)) return applied;
    this.descend();
    const out = this.items(list, indexItems(list, a, true), indexItems(list, b, false));
    this.depth--;
    return out.length === 0 ? undefined : out;
  }

  /**
   * Walks both lists at once. Elements of one side keep their place relative to
   * the shared ones; shared ones come in the applied order.
   */
  private items(list: ListShape, live: ItemIndex, applied: ItemIndex): Json[] {
    const out: Json[] = [];
    const shared = applied.elements.filter((element) => live.values.has(element.text));
    const done = new Set<string>();
    let next = 0;
    const take = (before: Json | undefined, after: Json | undefined): void => {
      const value = this.values(list.items, before, after);
      if (value !== undefined) out.push(value);
    };
    let i = 0;
    let j = 0;
    while (i < live.elements.length || j < applied.elements.length) {
      const mine = live.elements[i];
      const theirs = applied.elements[j];
      if (mine !== undefined && theirs !== undefined) {
        if (mine.text === theirs.text) {
          done.add(mine.text);
          take(live.values.get(mine.text), applied.values.get(mine.text));
          i++;
          j++;
          next++;
          continue;
        }
        const expected = shared[next];
        if (applied.values.has(mine.text) && expected !== undefined && expected.text !== mine.text) {
          // It is shared, but another one's turn.
          i++;
          continue;
        }
      }
      if (mine !== undefined) {
        if (!applied.values.has(mine.text)) {
          take(live.items[i], undefined);
          i++;
          continue;
        }
        if (done.has(mine.text)) i++;
      }
      if (theirs !== undefined) {
        done.add(theirs.text);
        take(live.values.get(theirs.text), applied.values.get(theirs.text));
        j++;
        if (shared[next]?.text === theirs.text) next++;
      }
    }
    return out;
  }

  private descend(): void {
    if (++this.depth > MAX_DEPTH) throw new NestingError();
  }
}

interface ItemIndex {
  readonly items: readonly Json[];
  readonly elements: readonly PathElement[];
  /** Elements that are there more than once have no value to merge with: null. */
  readonly values: ReadonlyMap<string, Json>;
}

function indexItems(list: ListShape, items: readonly Json[], allowDuplicates: boolean): ItemIndex {
  const elements: PathElement[] = [];
  const values = new Map<string, Json>();
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as Json;
    const element = listItemElementAt(list, item, i);
    if (!values.has(element.text)) values.set(element.text, item);
    else if (allowDuplicates) values.set(element.text, null);
    else throw new TypedError([fault(`duplicate entries for key ${elementText(element)}`)]);
    elements.push(element);
  }
  return { items, elements, values };
}
