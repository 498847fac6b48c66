import { elementOf, FieldSet, leafNode, makeRoot } from './field-set.js';
import type { PathElement } from './path-element.js';
import { type MapShape, type Shape, UNTYPED_ATOMIC } from './shape.js';

/**
 * Adapts a stored set to a schema that has changed since (Go:
 * typed.ReconcileFieldSetWithSchema): whoever owned parts of a list or map that
 * is a leaf by now owns all of it. The other way round nothing is to be done.
 */
export function reconcile(set: FieldSet, shape: Shape): FieldSet {
  if (shape.map === undefined || shape.map.atomic || takesAnything(shape.map)) return set;
  const { map } = shape;
  if (set.checkedBy === shape) return set;
  const children = mapChildren(set, (child) => adapt(child, memberShape(map, elementOf(child))));
  if (children !== set.children) return makeRoot(children);
  set.checkedBy = shape;
  return set;
}

function adapt(node: FieldSet, shape: Shape | undefined): FieldSet {
  if (shape === undefined || node.children.length === 0) return node;
  if (shape.map !== undefined) return adaptMap(node, shape.map);
  if (shape.scalar !== undefined || shape.list === undefined) return node;
  if (!shape.list.associative) return leafNode(elementOf(node));
  const { items } = shape.list;
  return withChildren(
    node,
    mapChildren(node, (child) => adapt(child, items)),
  );
}

function adaptMap(node: FieldSet, map: MapShape): FieldSet {
  if (takesAnything(map)) return node;
  if (map.atomic) return leafNode(elementOf(node));
  return withChildren(
    node,
    mapChildren(node, (child) => adapt(child, memberShape(map, elementOf(child)))),
  );
}

/** Maps without a schema for what is in them are left alone, whatever they say of themselves. */
function takesAnything({ fields, values }: MapShape): boolean {
  return fields.size === 0 && values?.scalar === 'untyped' && values !== UNTYPED_ATOMIC;
}

function memberShape(map: MapShape, element: PathElement): Shape | undefined {
  return (element.kind === 'field' ? map.fields.get(element.name)?.shape : undefined) ?? map.values;
}

function withChildren(node: FieldSet, children: readonly FieldSet[]): FieldSet {
  return children === node.children ? node : new FieldSet(node.element, node.isMember, children);
}

/** Maps the children; the same array if each stays what it is. */
function mapChildren(node: FieldSet, change: (child: FieldSet) => FieldSet): readonly FieldSet[] {
  let out: FieldSet[] | undefined;
  for (let i = 0; i < node.children.length; i++) {
    const child = node.children[i] as FieldSet;
    const changed = change(child);
    if (out === undefined && changed !== child) out = node.children.slice(0, i);
    out?.push(changed);
  }
  return out ?? node.children;
}
