import { type FieldSet, makeNode, makeRoot } from './field-set.js';
import type { Shape } from './shape.js';

/**
 * The set with the structs' fields on the way to its paths (Go:
 * Set.EnsureNamedFieldsAreMembers): owning `spec.replicas` includes `spec`,
 * owning `data.k` includes `data`, but a map's key on the way is not included.
 */
export function withNamedFields(set: FieldSet, shape: Shape): FieldSet {
  return makeRoot(set.children.map((child) => named(child, shape)));
}

function named(node: FieldSet, parent: Shape | undefined): FieldSet {
  if (node.children.length === 0) return node;
  const { element } = node;
  let shape: Shape | undefined;
  let { isMember } = node;
  if (element?.kind === 'field') {
    const field = parent?.map?.fields.get(element.name);
    shape = field?.shape ?? parent?.map?.values;
    isMember ||= field !== undefined;
  } else if (element?.kind === 'key') {
    shape = parent?.list?.items;
  }
  return (
    makeNode(
      element,
      isMember,
      node.children.map((child) => named(child, shape)),
    ) ?? node
  );
}
