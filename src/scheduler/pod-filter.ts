import type { NodeInfo } from './node-info.js';
import type { Filtering, FilterPlugin, WhileIdle } from './plugin.js';
import type { PodInfo } from './pod-info.js';
import { Rejection } from './rejection.js';

/** Pods that are to have room on a node before it is there. */
export type NominatedOn = (nodeName: string) => readonly PodInfo[];

/** All filters made ready for one pod. */
export class PodFilter {
  private constructor(
    readonly pod: PodInfo,
    private readonly filterings: readonly Filtering[],
    private readonly nominatedOn: NominatedOn,
    /** The nodes worth looking at, and the plugins that say so; all if absent. */
    readonly only: { readonly names: ReadonlySet<string>; readonly plugins: readonly string[] } | undefined,
  ) {}

  /** Asks the plugins what they need to know of the pod (Go: RunPreFilterPlugins). */
  static prepare(pod: PodInfo, plugins: readonly FilterPlugin[], nominatedOn: NominatedOn): PodFilter | Rejection {
    const filterings: Filtering[] = [];
    const naming: string[] = [];
    let names: ReadonlySet<string> | undefined;
    let rejection: Rejection | undefined;
    for (const plugin of plugins) {
      const prepared = plugin.prepare(pod);
      if (prepared === undefined) continue;
      if (prepared instanceof Rejection) {
        if (prepared.code === 'UnschedulableAndUnresolvable') return prepared;
        rejection = prepared;
        continue;
      }
      filterings.push(prepared);
      if (prepared.nodeNames === undefined) continue;
      naming.push(plugin.name);
      names = intersection(names, prepared.nodeNames);
      if (names.size === 0) return Rejection.unresolvable(plugin.name, noNames(naming.sort()));
    }
    return rejection ?? new PodFilter(pod, filterings, nominatedOn, names && { names, plugins: naming.sort() });
  }

  /** Undefined if the pod may go to the node, also when those come that are to have room there (Go: RunFilterPluginsWithNominatedPods). */
  filter(node: NodeInfo): Rejection | undefined {
    const others = this.nominatedOn(node.name).filter(({ uid, priority }) => uid !== this.pod.uid && priority >= this.pod.priority);
    if (others.length > 0) {
      const copy = node.clone();
      const filter = this.clone();
      for (const other of others) filter.addPod(other, copy);
      const rejection = filter.filterAlone(copy);
      if (rejection !== undefined) return rejection;
    }
    return this.filterAlone(node);
  }

  /** As if the other pod were on the node; the node must be a copy. */
  addPod(other: PodInfo, node: NodeInfo): void {
    node.addPod(other);
    for (const filtering of this.filterings) filtering.addPod?.(other, node);
  }

  /** As if the other pod weren't on the node; the node must be a copy. */
  removePod(other: PodInfo, node: NodeInfo): void {
    node.removePod(other.uid);
    for (const filtering of this.filterings) filtering.removePod?.(other, node);
  }

  /** A copy to try things out on. */
  clone(): PodFilter {
    const copies = this.filterings.map((filtering) => filtering.clone?.() ?? filtering);
    return new PodFilter(this.pod, copies, this.nominatedOn, this.only);
  }

  /** Sets aside what the pod needs on its node, or takes all of it back if something is missing. */
  reserve(node: NodeInfo): Rejection | undefined {
    for (const filtering of this.filterings) {
      const rejection = filtering.reserve?.(node);
      if (rejection === undefined) continue;
      this.unreserve(node);
      return rejection;
    }
    return undefined;
  }

  unreserve(node: NodeInfo): void {
    for (const filtering of this.filterings) filtering.unreserve?.(node);
  }

  /** Whether something is to be made ready before the pod is bound. */
  needsPreBind(node: NodeInfo): boolean {
    return this.filterings.some((filtering) => filtering.preBind !== undefined && filtering.needsPreBind?.(node) !== false);
  }

  async preBind(node: NodeInfo, whileIdle: WhileIdle): Promise<void> {
    for (const filtering of this.filterings) if (filtering.needsPreBind?.(node) !== false) await filtering.preBind?.(node, whileIdle);
  }

  private filterAlone(node: NodeInfo): Rejection | undefined {
    for (const filtering of this.filterings) {
      const rejection = filtering.filter(node);
      if (rejection !== undefined) return rejection;
    }
    return undefined;
  }
}

function intersection(a: ReadonlySet<string> | undefined, b: ReadonlySet<string>): ReadonlySet<string> {
  return a === undefined ? b : new Set([...a].filter((name) => b.has(name)));
}

function noNames(plugins: readonly string[]): string {
  if (plugins.length === 1) return `node(s) didn't satisfy plugin ${plugins[0] ?? ''}`;
  return `node(s) didn't satisfy plugin(s) [${plugins.join(' ')}] simultaneously`;
}
