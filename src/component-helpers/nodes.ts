import type { Typed } from '../client/client.js';
import type { Node as NodeType, NodeCondition } from '../schema/generated/core-v1.js';

/** A Node as clients see it. */
export type Node = Typed<NodeType>;

/** The condition of a type; undefined if the node has none. */
export function nodeCondition(node: Node, type: string): NodeCondition | undefined {
  return node.status.conditions?.find((condition) => condition.type === type);
}

/** Whether the node's condition Ready is True (Go: nodeutil.IsNodeReady). */
export function isNodeReady(node: Node): boolean {
  return nodeCondition(node, 'Ready')?.status === 'True';
}
