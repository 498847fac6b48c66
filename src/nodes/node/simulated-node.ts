import { formatMicroTime } from '../../apimachinery/time.js';
import type { KubeObject, Typed } from '../../client/client.js';
import type { ComponentContext } from '../../client/component-context.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { CSI_NODES, LEASES, NODES } from '../../component-helpers/resources.js';
import type { Lease } from '../../schema/generated/coordination-v1.js';
import type { ContainerImage, Node } from '../../schema/generated/core-v1.js';
import type { CSINode } from '../../schema/generated/storage-v1.js';
import { initialNode, statusPatch } from './node-object.js';
import type { PlannedNode } from './plan.js';

/** Seconds; a kubelet's --node-lease-duration-seconds. */
const LEASE_DURATION = 40;

/** Milliseconds between reports of a status in which nothing changed (--node-status-report-frequency). */
const HEARTBEAT = 300_000;

/** Kinds of volumes that CSI drivers have taken over for good. */
const MIGRATED_PLUGINS = ['aws-ebs', 'azure-disk', 'azure-file', 'cinder', 'gce-pd', 'portworx-volume', 'vsphere-volume']
  .map((plugin) => `kubernetes.io/${plugin}`)
  .join(',');

const LEASE_TARGET = { resource: LEASES, namespace: 'kube-node-lease' } as const;
const STATUS_TARGET = { resource: NODES, subresource: 'status' } as const;

/** The part of a kubelet that speaks for its machine: registers the node, renews its lease, reports its status. */
export class SimulatedNode {
  /** What was pulled, by image ID. */
  images: ReadonlyMap<string, ContainerImage> = new Map();
  readonly events: EventRecorder;
  private lease: Typed<Lease> | undefined;
  private reportedAt = 0;

  /** @param context acts as `system:node:NAME` */
  constructor(
    readonly planned: PlannedNode,
    readonly context: ComponentContext,
  ) {
    this.events = context.recorder('kubelet', planned.name);
  }

  get name(): string {
    return this.planned.name;
  }

  /** The node object, as long as there is one. */
  get object(): Typed<Node> | undefined {
    return this.context.informers.of<Typed<Node>>(NODES).get('', this.name);
  }

  private get subject(): KubeObject {
    const { name } = this;
    return { apiVersion: '', kind: 'Node', metadata: { name, uid: name } };
  }

  /** Creates the node object and its lease. */
  async register(kubeletVersion: string): Promise<void> {
    const { client, clock, random } = this.context;
    const ids = { machineID: random.uuid().replaceAll('-', ''), systemUUID: random.uuid(), bootID: random.uuid() };
    const now = clock.now();
    const node = await client.create(
      { resource: NODES },
      initialNode(this.planned, { ids, kubeletVersion, now, images: this.images.values() }),
    );
    this.reportedAt = now;
    await this.createLease(node);
    await this.createCsiNode(node);
  }

  /** Says what a kubelet says when it has started. Its events name the node by its name for a uid. */
  announce(): void {
    const { name, events, subject } = this;
    events.normal(subject, 'Starting', 'Starting kubelet.');
    for (const reason of ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID'])
      events.normal(subject, reason, `Node ${name} status is now: ${reason}`);
    events.normal(subject, 'NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods');
    events.normal(subject, 'NodeReady', `Node ${name} status is now: NodeReady`);
  }

  /** Somebody has cordoned or uncordoned the node. */
  schedulable(isSchedulable: boolean): void {
    const reason = isSchedulable ? 'NodeSchedulable' : 'NodeNotSchedulable';
    this.events.normal(this.subject, reason, `Node ${this.name} status is now: ${reason}`);
  }

  /** What happens every ten seconds, as long as the node isn't deleted. */
  async beat(): Promise<void> {
    const node = this.object;
    if (node === undefined) return;
    await this.renewLease(node);
    await this.reportStatus();
  }

  /** Writes what has changed in the status, or all of its conditions if that was long ago. */
  async reportStatus(): Promise<void> {
    const node = this.object;
    if (node === undefined) return;
    const now = this.context.clock.now();
    const patch = statusPatch(node, this.images.values(), now, now - this.reportedAt >= HEARTBEAT);
    if (patch === undefined) return;
    const before = this.reportedAt;
    // At once: the write is heard of, and the status looked at again, before it resolves.
    if ('conditions' in (patch as { status: object }).status) this.reportedAt = now;
    try {
      await this.context.client.patch(STATUS_TARGET, this.name, 'strategic', patch);
    } catch (error) {
      this.reportedAt = before;
      throw error;
    }
  }

  private async renewLease(node: Typed<Node>): Promise<void> {
    if (this.lease !== undefined) {
      try {
        this.lease = await this.context.client.update(LEASE_TARGET, this.renewed(this.lease));
        return;
      } catch {
        // Deleted or written by others: begin with what is there.
      }
    }
    try {
      const found = await this.context.client.get<Typed<Lease>>(LEASE_TARGET, this.name);
      this.lease = await this.context.client.update(LEASE_TARGET, this.renewed(found));
    } catch (error) {
      if ((error as { status?: { code?: number } }).status?.code !== 404) throw error;
      await this.createLease(node);
    }
  }

  private renewed(lease: Typed<Lease>): Typed<Lease> {
    return { ...lease, spec: { ...lease.spec, renewTime: formatMicroTime(this.context.clock.now()) } };
  }

  /** Says which drivers of volumes there are: none (Go: nodeinfomanager). */
  private async createCsiNode({ metadata: { name = '', uid = '' } }: Typed<Node>): Promise<void> {
    const csiNode: Typed<CSINode> = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: {
        name,
        annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': MIGRATED_PLUGINS },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
      },
      spec: { drivers: [] },
    };
    await this.context.client.create({ resource: CSI_NODES }, csiNode);
  }

  private async createLease({ metadata: { name = '', uid = '' } }: Typed<Node>): Promise<void> {
    this.lease = await this.context.client.create<Typed<Lease>>(LEASE_TARGET, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: LEASE_TARGET.namespace, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
      spec: { holderIdentity: name, leaseDurationSeconds: LEASE_DURATION, renewTime: formatMicroTime(this.context.clock.now()) },
    });
  }
}
