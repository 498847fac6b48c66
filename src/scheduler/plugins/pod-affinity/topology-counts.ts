import type { NodeInfo } from '../../node-info.js';

/** Counts by topology key and value. Counts of zero are as if they weren't there. */
export class TopologyCounts {
  private readonly counts = new Map<string, Map<string, number>>();

  get isEmpty(): boolean {
    return this.counts.size === 0;
  }

  /** Adds to the domain that the node is in; nodes without the label are in none. */
  add(node: NodeInfo, topologyKey: string, count: number): void {
    const value = node.labels[topologyKey];
    if (value === undefined) return;
    let values = this.counts.get(topologyKey);
    if (values === undefined) this.counts.set(topologyKey, (values = new Map()));
    const sum = (values.get(value) ?? 0) + count;
    if (sum !== 0) values.set(value, sum);
    else if (values.delete(value) && values.size === 0) this.counts.delete(topologyKey);
    else if (values.size === 0) this.counts.delete(topologyKey);
  }

  /** The count of the node's domain. */
  of(node: NodeInfo, topologyKey: string): number {
    const value = node.labels[topologyKey];
    return value === undefined ? 0 : (this.counts.get(topologyKey)?.get(value) ?? 0);
  }

  /** The sum over the domains of all keys that the node is in. */
  sum(node: NodeInfo): number {
    let sum = 0;
    for (const key of this.counts.keys()) sum += this.of(node, key);
    return sum;
  }

  /** Whether the node is in any domain that has a count above zero. */
  hasAny(node: NodeInfo): boolean {
    for (const key of this.counts.keys()) if (this.of(node, key) > 0) return true;
    return false;
  }

  clone(): TopologyCounts {
    const copy = new TopologyCounts();
    for (const [key, values] of this.counts) copy.counts.set(key, new Map(values));
    return copy;
  }
}
