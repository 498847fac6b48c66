import type { LabelSelector } from '../apimachinery/label-selector.js';
import type { Typed } from '../client/client.js';
import type { Node } from '../schema/generated/core-v1.js';
import { NodeInfo } from './node-info.js';
import type { PodInfo } from './pod-info.js';

interface PlacedPod {
  readonly info: PodInfo;
  readonly node: NodeInfo;
  /** Decided here, but not yet seen in the cluster. */
  readonly isAssumed: boolean;
}

/** How many selectors are counted for along the way; those asked for least lately are given up. */
const COUNTERS = 64;

/** How many pods of a namespace match a selector, by node. */
interface Counter {
  readonly namespace: string;
  readonly selector: LabelSelector;
  readonly counts: Map<NodeInfo, number>;
}

/** Nodes and the pods on them, as scheduling sees them (Go: scheduler/backend/cache). */
export class SchedulerCache {
  private readonly byName = new Map<string, NodeInfo>();
  private readonly placed = new Map<string, PlacedPod>();
  private readonly byNamespace = new Map<string, Map<string, PlacedPod>>();
  /** Nodes on which pods have terms about other pods. */
  readonly withAffinity = new Set<NodeInfo>();
  readonly withRequiredAntiAffinity = new Set<NodeInfo>();
  /** On how many nodes an image is. */
  private readonly imageNodes = new Map<string, number>();
  private ordered: readonly NodeInfo[] | undefined;
  private readonly counters = new Map<string, Counter>();

  /** All nodes, zones taking turns, so that a search that stops early spreads over zones (Go: nodeTree). */
  get nodes(): readonly NodeInfo[] {
    return (this.ordered ??= byTurns([...this.byName.values()].filter(({ exists }) => exists)));
  }

  /** The node, if it exists. */
  node(name: string): NodeInfo | undefined {
    const found = this.byName.get(name);
    return found?.exists === true ? found : undefined;
  }

  nodesWithImage(name: string): number {
    return this.imageNodes.get(name) ?? 0;
  }

  setNode(node: Typed<Node>): void {
    const info = this.nodeInfo(node.metadata.name ?? '');
    const before = { exists: info.exists, zone: info.zone, images: info.exists ? info.node.status.images : undefined };
    if (before.images !== node.status.images) {
      this.countImages(info, -1);
      info.setNode(node);
      this.countImages(info, 1);
    } else info.setNode(node);
    if (!before.exists || before.zone !== info.zone) this.ordered = undefined;
  }

  removeNode(name: string): void {
    const info = this.byName.get(name);
    if (info === undefined) return;
    this.countImages(info, -1);
    info.exists = false;
    this.ordered = undefined;
    this.dropIfUnused(info);
  }

  /** A pod that is on a node, as seen in the cluster. Replaces what was assumed of it. */
  setPod(info: PodInfo): void {
    this.place(info, info.pod.spec.nodeName ?? '', false);
  }

  /** The pod will be bound to the node; until that is seen, it counts as being there. */
  assume(info: PodInfo, nodeName: string): void {
    this.place(info, nodeName, true);
  }

  /** An assumed pod won't be bound after all. */
  forget(uid: string): void {
    if (this.isAssumed(uid)) this.removePod(uid);
  }

  isAssumed(uid: string): boolean {
    return this.placed.get(uid)?.isAssumed === true;
  }

  removePod(uid: string): void {
    const placed = this.placed.get(uid);
    if (placed === undefined) return;
    this.placed.delete(uid);
    for (const counter of this.counters.values()) count(counter, placed, -1);
    const pods = this.byNamespace.get(placed.info.namespace);
    pods?.delete(uid);
    if (pods?.size === 0) this.byNamespace.delete(placed.info.namespace);
    placed.node.removePod(uid);
    this.index(placed.node);
    this.dropIfUnused(placed.node);
  }

  /** The pods of a namespace that are on nodes which exist. */
  *podsOf(namespace: string): Iterable<{ readonly info: PodInfo; readonly node: NodeInfo }> {
    for (const placed of this.byNamespace.get(namespace)?.values() ?? []) if (placed.node.exists) yield placed;
  }

  /** All pods on nodes. */
  *allPods(): Iterable<{ readonly info: PodInfo; readonly node: NodeInfo }> {
    for (const placed of this.placed.values()) if (placed.node.exists) yield placed;
  }

  /**
   * How many pods of a namespace match, by node; those being deleted don't count. What has been
   * asked for once is kept up to date: the pods of one owner ask for the same.
   */
  countMatching(namespace: string, selector: LabelSelector): ReadonlyMap<NodeInfo, number> {
    if (selector.isEmpty()) return NO_COUNTS;
    const key = `${namespace}\0${selector.toString()}`;
    let counter = this.counters.get(key);
    if (counter === undefined) {
      counter = { namespace, selector, counts: new Map() };
      for (const placed of this.byNamespace.get(namespace)?.values() ?? []) count(counter, placed, 1);
    } else this.counters.delete(key);
    this.counters.set(key, counter);
    if (this.counters.size > COUNTERS)
      for (const oldest of this.counters.keys()) {
        this.counters.delete(oldest);
        break;
      }
    return counter.counts;
  }

  private place(info: PodInfo, nodeName: string, isAssumed: boolean): void {
    this.removePod(info.uid);
    const node = this.nodeInfo(nodeName);
    const placed = { info, node, isAssumed };
    this.placed.set(info.uid, placed);
    let pods = this.byNamespace.get(info.namespace);
    if (pods === undefined) this.byNamespace.set(info.namespace, (pods = new Map()));
    pods.set(info.uid, placed);
    for (const counter of this.counters.values()) count(counter, placed, 1);
    node.addPod(info);
    this.index(node);
  }

  private nodeInfo(name: string): NodeInfo {
    let info = this.byName.get(name);
    if (info === undefined) this.byName.set(name, (info = new NodeInfo(name)));
    return info;
  }

  private index(node: NodeInfo): void {
    toggle(this.withAffinity, node, node.podsWithAffinity.size > 0);
    toggle(this.withRequiredAntiAffinity, node, node.podsWithRequiredAntiAffinity.size > 0);
  }

  private dropIfUnused(node: NodeInfo): void {
    if (!node.exists && node.pods.size === 0) this.byName.delete(node.name);
  }

  private countImages(info: NodeInfo, sign: 1 | -1): void {
    if (!info.exists) return;
    for (const image of info.images.keys()) {
      const count = (this.imageNodes.get(image) ?? 0) + sign;
      if (count > 0) this.imageNodes.set(image, count);
      else this.imageNodes.delete(image);
    }
  }
}

const NO_COUNTS: ReadonlyMap<NodeInfo, number> = new Map();

function count({ namespace, selector, counts }: Counter, { info, node }: PlacedPod, by: 1 | -1): void {
  if (info.namespace !== namespace) return;
  const { deletionTimestamp, labels } = info.pod.metadata;
  if (deletionTimestamp !== undefined || !selector.matches(labels)) return;
  const sum = (counts.get(node) ?? 0) + by;
  if (sum === 0) counts.delete(node);
  else counts.set(node, sum);
}

function toggle<T>(set: Set<T>, value: T, isIn: boolean): void {
  if (isIn) set.add(value);
  else set.delete(value);
}

/** One of each zone, then the next of each. */
function byTurns(nodes: readonly NodeInfo[]): NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const node of nodes) {
    const zone = zones.get(node.zone);
    if (zone === undefined) zones.set(node.zone, [node]);
    else zone.push(node);
  }
  if (zones.size <= 1) return [...nodes];
  const ordered: NodeInfo[] = [];
  for (let turn = 0; ordered.length < nodes.length; turn++)
    for (const zone of zones.values()) {
      const node = zone[turn];
      if (node !== undefined) ordered.push(node);
    }
  return ordered;
}
