import type { NodeInfo } from './node-info.js';
import type { Rejection } from './rejection.js';

/** Why a pod fits on no node (Go: framework.Diagnosis and FitError). */
export class Diagnosis {
  /** By node, those that were looked at. */
  readonly nodes = new Map<NodeInfo, Rejection>();
  /** The plugins that turned the pod away. */
  readonly plugins = new Set<string>();
  /** What holds for all nodes, so that none was looked at. */
  everywhere: Rejection | undefined;
  /** What holds for nodes that were not looked at. */
  elsewhere: Rejection | undefined;
  /** What came of the attempt to make room. */
  postFilterMessage = '';

  constructor(private readonly total: number) {}

  reject(node: NodeInfo, rejection: Rejection): void {
    this.nodes.set(node, rejection);
    this.plugins.add(rejection.plugin);
  }

  rejectAll(rejection: Rejection): void {
    this.everywhere = rejection;
    this.plugins.add(rejection.plugin);
  }

  /** Why the pod can't go to a node; undefined if that isn't known. */
  of(node: NodeInfo): Rejection | undefined {
    return this.nodes.get(node) ?? this.everywhere ?? this.elsewhere;
  }

  /** `0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu. …` */
  get message(): string {
    const parts = [`0/${String(this.total)} nodes are available:`];
    const reasons = this.everywhere === undefined ? this.histogram() : this.everywhere.message;
    if (reasons !== '') parts.push(`${reasons}.`);
    if (this.postFilterMessage !== '') parts.push(this.postFilterMessage);
    return parts.join(' ');
  }

  private histogram(): string {
    const counts = new Map<string, number>();
    const count = (rejection: Rejection, times: number): void => {
      for (const reason of rejection.reasons) counts.set(reason, (counts.get(reason) ?? 0) + times);
    };
    for (const rejection of this.nodes.values()) count(rejection, 1);
    if (this.elsewhere !== undefined && this.nodes.size < this.total) count(this.elsewhere, this.total - this.nodes.size);
    return Array.from(counts, ([reason, times]) => `${String(times)} ${reason}`)
      .sort()
      .join(', ');
  }
}
