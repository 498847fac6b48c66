import { isStatus } from '../../../apimachinery/status.js';
import { parseTime } from '../../../apimachinery/time.js';
import type { KubeObject, Typed } from '../../../client/client.js';
import type { ComponentContext } from '../../../client/component-context.js';
import { splitKey, type Informer } from '../../../client/informer.js';
import { nodeCondition, type Node } from '../../../component-helpers/nodes.js';
import { BY_NODE, podCondition, withPodCondition, type Pod } from '../../../component-helpers/pods.js';
import { LEASES, NODES, PODS } from '../../../component-helpers/resources.js';
import type { Lease } from '../../../schema/generated/coordination-v1.js';
import { deadlineOf, observe, unknownConditions, type NodeHealth } from './health.js';
import { changeTaints, hasTaint, noScheduleChange, NOT_READY, UNREACHABLE } from './taints.js';
import { rateOf, Zone, zoneOf, zoneState } from './zones.js';

const EXCLUDED = 'node.kubernetes.io/exclude-disruption';
/** Where nodes renew their leases. */
export const LEASE_NAMESPACE = 'kube-node-lease';
const NOT_READY_TAINT = { key: NOT_READY, effect: 'NoExecute' } as const;
const UNREACHABLE_TAINT = { key: UNREACHABLE, effect: 'NoExecute' } as const;
/** Labels of old, and the ones that replaced them. */
const BETA_LABELS = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const;

/** The work of the node lifecycle controller. */
export class NodeLifecycle {
  private readonly leases: Informer<Typed<Lease>>;
  private readonly recorder;
  private readonly known = new Map<string, Node>();
  private readonly health = new Map<string, NodeHealth>();
  private readonly zones = new Map<string, Zone>();
  private readonly tainting;

  constructor(
    private readonly context: ComponentContext,
    private readonly nodes: Informer<Node>,
    private readonly pods: Informer<Pod>,
  ) {
    this.leases = context.informers.of<Typed<Lease>>(LEASES);
    this.recorder = context.recorder('node-controller');
    this.tainting = context.queue((zone) => this.taintZone(zone));
  }

  /** A node has changed: taints that keep pods away, and the labels of old. */
  async update(name: string): Promise<void> {
    const { client, clock } = this.context;
    const node = this.nodes.get('', name);
    if (node === undefined) return;
    await changeTaints(client, node, noScheduleChange(node), clock.now());
    const labels: Record<string, string> = {};
    for (const [label, beta] of BETA_LABELS) {
      const value = node.metadata.labels?.[label];
      if (value !== undefined && node.metadata.labels?.[beta] !== value) labels[beta] = value;
    }
    if (Object.keys(labels).length > 0) await client.patch({ resource: NODES }, name, 'strategic', { metadata: { labels } });
  }

  /** A pod came to a node: it isn't ready if that isn't. */
  async assigned(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const pod = this.pods.get(namespace, name);
    const node = pod && this.nodes.get('', pod.spec.nodeName ?? '');
    const ready = node && nodeCondition(node, 'Ready');
    if (pod === undefined || ready === undefined || ready.status === 'True') return;
    if (this.health.has(pod.spec.nodeName ?? '')) await this.markNotReady(pod);
  }

  /** A node gave a sign of life, perhaps. */
  hear(node: Node): void {
    const { name = '', creationTimestamp = '' } = node.metadata;
    const renewed = this.leases.get(LEASE_NAMESPACE, name)?.spec?.renewTime ?? undefined;
    const now = this.context.clock.now();
    this.health.set(name, observe(this.health.get(name), node, renewed, parseTime(creationTimestamp), now));
  }

  /**
   * Looks at all nodes (Go: monitorNodeHealth).
   * @returns milliseconds until the first of them will have been silent for too long; undefined if all are, or there is none
   */
  async monitor(): Promise<number | undefined> {
    await this.classify();
    const counts = new Map<string, { ready: number; notReady: number }>();
    for (const { metadata } of this.nodes.list()) {
      const isReady = await this.check(metadata.name ?? '');
      const node = this.nodes.get('', metadata.name ?? '');
      if (node === undefined || node.metadata.labels?.[EXCLUDED] !== undefined) continue;
      const count = counts.get(zoneOf(node)) ?? { ready: 0, notReady: 0 };
      counts.set(zoneOf(node), count);
      if (isReady) count.ready++;
      else count.notReady++;
    }
    await this.handleDisruption(counts);
    return this.pause();
  }

  private pause(): number | undefined {
    let first = Infinity;
    for (const node of this.nodes.list()) {
      const health = this.health.get(node.metadata.name ?? '');
      if (health !== undefined && nodeCondition(node, 'Ready')?.status !== 'Unknown') first = Math.min(first, deadlineOf(health));
    }
    return first === Infinity ? undefined : Math.max(1, first + 1 - this.context.clock.now());
  }

  private async classify(): Promise<void> {
    for (const node of this.nodes.list()) {
      const { name = '' } = node.metadata;
      if (this.known.get(name)?.metadata.uid === node.metadata.uid) continue;
      this.known.set(name, node);
      this.health.delete(name);
      this.record(node, 'RegisteredNode', `Registered Node ${name} in Controller`);
      await this.markReachable(node);
    }
    for (const [name, node] of this.known) {
      if (this.nodes.get('', name) !== undefined) continue;
      this.known.delete(name);
      this.health.delete(name);
      for (const zone of this.zones.values()) zone.pending.delete(name);
      this.record(node, 'RemovingNode', `Removing Node ${name} from Controller`);
    }
  }

  private record(node: Node, reason: string, text: string): void {
    const { name = '', uid } = node.metadata;
    this.recorder.normal({ apiVersion: 'v1', kind: 'Node', metadata: { name, uid } }, reason, `Node ${name} event: ${text}`);
  }

  /** Whether the node is ready; does what follows if that has changed. */
  private async check(name: string): Promise<boolean> {
    const observed = this.nodes.get('', name);
    if (observed === undefined) return false;
    const before = nodeCondition(observed, 'Ready');
    const node = await this.giveUpIfSilent(observed);
    const ready = nodeCondition(node, 'Ready');
    if (ready === undefined) return false;
    await this.evictByTaint(node, ready.status);
    if (ready.status === 'True') return true;
    if (before?.status === 'True') {
      const { uid } = node.metadata;
      const object: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } };
      this.recorder.normal(object, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
      for (const pod of this.pods.byIndex(BY_NODE, name)) await this.markNotReady(pod);
    }
    return false;
  }

  private async giveUpIfSilent(node: Node): Promise<Node> {
    this.hear(node);
    const health = this.health.get(node.metadata.name ?? '');
    const now = this.context.clock.now();
    const conditions = health !== undefined && now > deadlineOf(health) ? unknownConditions(node, now) : undefined;
    if (health === undefined || conditions === undefined) return node;
    const target = { resource: NODES, subresource: 'status' };
    const updated = await this.context.client.update<Node>(target, { ...node, status: { ...node.status, conditions } });
    health.ready = nodeCondition(updated, 'Ready');
    return updated;
  }

  private async evictByTaint(node: Node, status: string | undefined): Promise<void> {
    if (status === 'True') {
      await this.markReachable(node);
      return;
    }
    const [taint, opposite] = status === 'False' ? [NOT_READY_TAINT, UNREACHABLE_TAINT] : [UNREACHABLE_TAINT, NOT_READY_TAINT];
    if (hasTaint(node, opposite)) {
      const { client, clock } = this.context;
      await changeTaints(client, node, { add: [taint], remove: [opposite] }, clock.now());
    } else if (!hasTaint(node, taint)) {
      this.zone(node).pending.add(node.metadata.name ?? '');
      this.tainting.add(zoneOf(node));
    }
  }

  private zone(node: Node): Zone {
    const key = zoneOf(node);
    let zone = this.zones.get(key);
    if (zone === undefined) this.zones.set(key, (zone = new Zone(this.context.clock.now())));
    return zone;
  }

  private async markReachable(node: Node): Promise<void> {
    this.zone(node).pending.delete(node.metadata.name ?? '');
    const { client, clock } = this.context;
    await changeTaints(client, node, { add: [], remove: [UNREACHABLE_TAINT, NOT_READY_TAINT] }, clock.now());
  }

  /** Taints nodes of a zone as fast as may be (Go: doNoExecuteTaintingPass). */
  private async taintZone(key: string): Promise<void> {
    const { client, clock } = this.context;
    const zone = this.zones.get(key);
    if (zone === undefined) return;
    for (const name of zone.pending) {
      const node = this.nodes.get('', name);
      const status = node && nodeCondition(node, 'Ready')?.status;
      if (node === undefined || status === undefined || status === 'True') {
        zone.pending.delete(name);
        continue;
      }
      if (!zone.hasToken(clock.now())) break;
      const [taint, opposite] = status === 'False' ? [NOT_READY_TAINT, UNREACHABLE_TAINT] : [UNREACHABLE_TAINT, NOT_READY_TAINT];
      await changeTaints(client, node, { add: [taint], remove: [opposite] }, clock.now());
      // Only now, since a conflict has the zone looked at again.
      zone.spend();
      zone.pending.delete(name);
    }
    const pause = zone.pending.size === 0 ? undefined : zone.pause(clock.now());
    if (pause !== undefined) this.tainting.addAfter(key, pause);
  }

  /** Slows down where many nodes fail at once, and stops where all do (Go: handleDisruption). */
  private async handleDisruption(counts: ReadonlyMap<string, { readonly ready: number; readonly notReady: number }>): Promise<void> {
    const now = this.context.clock.now();
    const states = new Map([...counts].map(([key, { ready, notReady }]) => [key, zoneState(ready, notReady)]));
    const allAreDown = [...states.values()].every((state) => state === 'FullDisruption');
    const allWereDown = [...this.zones].every(([key, { state }]) => !counts.has(key) || state === 'FullDisruption');
    if (allAreDown && allWereDown) return;
    if (allAreDown) {
      for (const node of this.nodes.list()) await this.markReachable(node);
      for (const zone of this.zones.values()) {
        zone.setRate(0, now);
        zone.state = 'FullDisruption';
      }
      return;
    }
    if (allWereDown) for (const health of this.health.values()) health.seen = now;
    for (const [key, zone] of this.zones) {
      const state = states.get(key);
      const count = counts.get(key);
      if (state === undefined || count === undefined || zone.state === state) continue;
      zone.setRate(rateOf(state, count.ready + count.notReady), now);
      zone.state = state;
      if (zone.pending.size > 0) this.tainting.add(key);
    }
  }

  private async markNotReady(pod: Pod): Promise<void> {
    const ready = podCondition(pod, 'Ready');
    if (ready === undefined || ready.status === 'False') return;
    const conditions = withPodCondition(pod, { ...ready, status: 'False' }, this.context.clock.now());
    if (conditions === undefined) return;
    const target = { resource: PODS, namespace: pod.metadata.namespace, subresource: 'status' };
    try {
      await this.context.client.update<Pod>(target, { ...pod, status: { ...pod.status, conditions } });
    } catch (error) {
      if (isStatus(error, 'NotFound')) return;
      throw error;
    }
    this.recorder.warning(pod, 'NodeNotReady', 'Node is not ready');
  }
}
