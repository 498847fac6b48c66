import type { Json } from '../../schema/type.js';
import { type FieldSet, leafNode, makeNode, makeRoot, sortNodes } from './field-set.js';
import { isEmptyObject, isList, isObject, MAX_DEPTH, member, NestingError, type ReadonlyJsonObject } from './json.js';
import { formOf } from './kinds.js';
import { listItemElement } from './list-items.js';
import { fieldElement, type PathElement } from './path-element.js';
import type { ListShape, MapShape, Shape } from './shape.js';

/**
 * The set that whoever applies this value owns (Go: TypedValue.ToFieldSet):
 * leaves, list elements, members of maps; not the structs and lists around them.
 * The value must be valid for the shape.
 */
export function ownedFields(shape: Shape, value: Json): FieldSet {
  return makeRoot(new OwnedFields().below(shape, value)?.children);
}

/** What a value contributes: its own path, and longer ones. */
interface Contribution {
  readonly self: boolean;
  readonly children: readonly FieldSet[] | undefined;
}

const SELF: Contribution = { self: true, children: undefined };
const NOTHING: Contribution = { self: false, children: undefined };

class OwnedFields {
  private depth = 0;

  below(shape: Shape, value: Json): Contribution {
    switch (formOf(shape, value)) {
      case 'scalar':
        return SELF;
      case 'list':
        return this.list(shape.list as ListShape, value);
      case 'map':
        return this.map(shape.map as MapShape, value);
    }
  }

  private list(list: ListShape, value: Json): Contribution {
    if (!list.associative) return SELF;
    if (!isList(value) || value.length === 0) return NOTHING;
    this.descend();
    const elements = value.map((item) => listItemElement(list, item));
    const counts = new Map<string, number>();
    for (const { text } of elements) counts.set(text, (counts.get(text) ?? 0) + 1);
    const nodes: FieldSet[] = [];
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i] as PathElement;
      const count = counts.get(element.text) ?? 0;
      if (count === 1) push(nodes, makeNode(element, true, this.below(list.items, value[i] as Json).children));
      else if (count > 1) {
        // An element that is there more than once is owned as a whole.
        nodes.push(leafNode(element));
        counts.set(element.text, 0);
      }
    }
    this.depth--;
    return { self: false, children: sortNodes(nodes) };
  }

  private map(map: MapShape, value: Json): Contribution {
    if (map.atomic) return SELF;
    if (!isObject(value)) return NOTHING;
    this.descend();
    const nodes: FieldSet[] = [];
    for (const name in value) {
      const item = member(value, name);
      if (item !== undefined && name !== map.ignored) this.member(map, name, item, nodes);
    }
    this.depth--;
    return { self: false, children: sortNodes(nodes) };
  }

  private member(map: MapShape, name: string, item: Json, nodes: FieldSet[]): void {
    const field = map.fields.get(name);
    const shape = field?.shape ?? map.values;
    if (shape === undefined) return;
    const { self, children } = this.below(shape, item);
    const isMember = self || field === undefined || item === null || (isObject(item) && isEmptyObject(item as ReadonlyJsonObject));
    push(nodes, makeNode(field?.element ?? fieldElement(name), isMember, children));
  }

  private descend(): void {
    if (++this.depth > MAX_DEPTH) throw new NestingError();
  }
}

function push(nodes: FieldSet[], node: FieldSet | undefined): void {
  if (node !== undefined) nodes.push(node);
}
