import { isStatus } from '../../../apimachinery/status.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { Typed } from '../../../client/client.js';
import type { ComponentContext } from '../../../client/component-context.js';
import type { Informer } from '../../../client/informer.js';
import { BY_CLAIM, claimIndex, claimNamesOf, type PersistentVolumeClaim } from '../../../component-helpers/claims.js';
import type { PersistentVolume } from '../../../component-helpers/persistent-volumes.js';
import {
  CSI_DRIVERS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  VOLUME_ATTACHMENTS,
} from '../../../component-helpers/resources.js';
import { attachmentName } from '../../../component-helpers/volume-attachments.js';
import type { AttachedVolume, CSIPersistentVolumeSource, Node, Pod } from '../../../schema/generated/core-v1.js';
import type { CSIDriver, VolumeAttachment } from '../../../schema/generated/storage-v1.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { BY_ATTACHED_NODE, desiredOn, isExclusive, multiAttachMessage, type Desired, type DesiredSources } from './desired.js';

/** On nodes whose kubelet leaves attaching to the controller. */
const IS_MANAGED = 'volumes.kubernetes.io/controller-managed-attach-detach';
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/**
 * Attaches CSI volumes to the nodes whose pods use them (Go: pkg/controller/volume/attachdetach): it writes
 * VolumeAttachments, and whoever attaches (a driver's external attacher; on simulated nodes, the node) answers in their status.
 */
export const attachDetachController: ControllerDescriptor = {
  name: 'persistentvolume-attach-detach-controller',
  alias: 'attachdetach',
  serviceAccount: 'attachdetach-controller',
  start(context) {
    const { informers } = context;
    const sources: DesiredSources = {
      pods: informers
        .of<Typed<Pod>>(PODS)
        .addIndex(BY_CLAIM, claimIndex)
        .addIndex(BY_ATTACHED_NODE, (pod) => (claimNamesOf(pod).length > 0 && pod.spec.nodeName ? [pod.spec.nodeName] : [])),
      claims: informers.of<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS),
      volumes: informers.of<PersistentVolume>(PERSISTENT_VOLUMES),
      drivers: informers.of<Typed<CSIDriver>>(CSI_DRIVERS),
    };
    const nodes = informers.of<Typed<Node>>(NODES);
    const attachments = informers
      .of<Typed<VolumeAttachment>>(VOLUME_ATTACHMENTS)
      .addIndex(BY_ATTACHED_NODE, ({ spec }) => [spec.nodeName ?? ''])
      .addIndex(BY_VOLUME, ({ spec }) => [spec.source?.persistentVolumeName ?? '']);
    const sync = new AttachDetachSync(context, sources, attachments, nodes);
    const queue = context.queue((nodeName) => sync.node(nodeName));
    const addNodeOf = (pod: Typed<Pod>): void => {
      // Without a driver that wants it there is nothing to attach.
      if (pod.spec.nodeName && sources.drivers.size > 0 && claimNamesOf(pod).length > 0) queue.add(pod.spec.nodeName);
    };
    sources.pods.addHandler({ added: addNodeOf, updated: addNodeOf, deleted: addNodeOf });
    sources.claims.addHandler({
      updated: ({ metadata: { namespace = '', name = '' } }) => {
        if (sources.drivers.size > 0) for (const pod of sources.pods.byIndex(BY_CLAIM, `${namespace}/${name}`)) addNodeOf(pod);
      },
    });
    const addAll = (): void => {
      for (const { metadata } of nodes.list()) queue.add(metadata.name ?? '');
    };
    sources.drivers.addHandler({ added: addAll });
    attachments.addHandler({
      updated: ({ spec }) => {
        queue.add(spec.nodeName ?? '');
      },
      // What one node has given up another may be waiting for.
      deleted: addAll,
    });
    nodes.addHandler({
      updated: (node, old) => {
        const isFreer = (old.status.volumesInUse?.length ?? 0) > (node.status.volumesInUse?.length ?? 0);
        if (isFreer || isManaged(node) !== isManaged(old) || isOutOfService(node) !== isOutOfService(old))
          queue.add(node.metadata.name ?? '');
      },
    });
  },
};

const BY_VOLUME = 'attached-volume';

function isManaged({ metadata }: Typed<Node>): boolean {
  return metadata.annotations?.[IS_MANAGED] !== undefined;
}

function isOutOfService({ spec }: Typed<Node>): boolean {
  return spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true;
}

/** Go: reconciler.reconcile, node by node. */
class AttachDetachSync {
  private readonly recorder;
  /** Attachments that pods were told of: that they are made, or that others are in the way. */
  private readonly told = new Map<string, string>();

  constructor(
    private readonly context: ComponentContext,
    private readonly sources: DesiredSources,
    private readonly attachments: Informer<Typed<VolumeAttachment>>,
    private readonly nodes: Informer<Typed<Node>>,
  ) {
    this.recorder = context.recorder('attachdetach-controller');
  }

  /** Detaches before it attaches; the node's status names a volume only while it is safely attached. */
  async node(nodeName: string): Promise<void> {
    const node = this.nodes.get('', nodeName);
    if (node !== undefined && !isManaged(node)) return;
    const desired = desiredOn(this.sources, nodeName);
    const own = this.attachments.byIndex(BY_ATTACHED_NODE, nodeName).filter((attachment) => this.isOwn(attachment));
    const kept = own.filter((attachment) => desired.has(attachment.metadata.name ?? '') || this.isInUse(node, attachment));
    if (node !== undefined)
      await this.tellNode(
        node,
        kept.filter(({ status }) => status?.attached === true),
      );
    for (const attachment of own) if (!kept.includes(attachment)) await this.detach(attachment);
    if (node === undefined) return;
    const existing = new Map(own.map((attachment) => [attachment.metadata.name ?? '', attachment]));
    for (const [name, wanted] of desired) await this.attach(nodeName, name, wanted, existing.get(name));
  }

  /** Attachments that others have made are let alone. */
  private isOwn({ metadata, spec }: Typed<VolumeAttachment>): boolean {
    const csi = this.csi(spec);
    return csi !== undefined && metadata.name === attachmentName(csi.volumeHandle ?? '', csi.driver ?? '', spec.nodeName ?? '');
  }

  /** The kubelet has it still mounted, and may be believed. */
  private isInUse(node: Typed<Node> | undefined, attachment: Typed<VolumeAttachment>): boolean {
    const name = this.uniqueName(attachment);
    return node !== undefined && !isOutOfService(node) && node.status.volumesInUse?.includes(name) === true;
  }

  private async attach(nodeName: string, name: string, desired: Desired, existing: Typed<VolumeAttachment> | undefined): Promise<void> {
    const { volume, driver, pods } = desired;
    const persistentVolumeName = volume.metadata.name ?? '';
    if (existing !== undefined) {
      this.tellPods(name, existing, desired);
      return;
    }
    const others = isExclusive(volume)
      ? this.attachments.byIndex(BY_VOLUME, persistentVolumeName).filter(({ spec }) => spec.nodeName !== nodeName)
      : [];
    if (others.length > 0) {
      const holders = others.flatMap(
        ({ metadata, spec }) => desiredOn(this.sources, spec.nodeName ?? '').get(metadata.name ?? '')?.pods ?? [],
      );
      if (this.isNews(name, 'taken'))
        for (const pod of pods) this.recorder.warning(pod, 'FailedAttachVolume', multiAttachMessage(persistentVolumeName, pod, holders));
      return;
    }
    this.told.delete(name);
    await this.context.client.create<Typed<VolumeAttachment>>(
      { resource: VOLUME_ATTACHMENTS },
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'VolumeAttachment',
        metadata: { name },
        spec: { attacher: driver, nodeName, source: { persistentVolumeName } },
        status: { attached: false },
      },
    );
  }

  private tellPods(name: string, { status }: Typed<VolumeAttachment>, { volume, pods }: Desired): void {
    const volumeName = volume.metadata.name ?? '';
    const fault = status?.attachError?.message;
    if (status?.attached === true && this.isNews(name, 'attached'))
      for (const pod of pods)
        this.recorder.normal(pod, 'SuccessfulAttachVolume', `AttachVolume.Attach succeeded for volume "${volumeName}" `);
    if (status?.attached !== true && fault !== undefined && this.isNews(name, fault))
      for (const pod of pods)
        this.recorder.warning(pod, 'FailedAttachVolume', `AttachVolume.Attach failed for volume "${volumeName}" : ${fault}`);
  }

  private isNews(name: string, state: string): boolean {
    if (this.told.get(name) === state) return false;
    this.told.set(name, state);
    return true;
  }

  private async detach({ metadata }: Typed<VolumeAttachment>): Promise<void> {
    this.told.delete(metadata.name ?? '');
    if (metadata.deletionTimestamp !== undefined) return;
    try {
      await this.context.client.delete({ resource: VOLUME_ATTACHMENTS }, metadata.name ?? '');
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  /** The kubelet mounts what its node's status says is attached. */
  private async tellNode(node: Typed<Node>, attached: readonly Typed<VolumeAttachment>[]): Promise<void> {
    const volumesAttached = attached.map((attachment): AttachedVolume => ({ name: this.uniqueName(attachment), devicePath: '' }));
    if (semanticEqual(node.status.volumesAttached, volumesAttached)) return;
    const target = { resource: NODES, subresource: 'status' };
    await this.context.client.patch(target, node.metadata.name ?? '', 'merge', { status: { volumesAttached } });
  }

  /** Go: GetUniqueVolumeName. */
  private uniqueName({ spec }: Typed<VolumeAttachment>): string {
    const csi = this.csi(spec);
    return `kubernetes.io/csi/${csi?.driver ?? ''}^${csi?.volumeHandle ?? ''}`;
  }

  private csi({ source }: Typed<VolumeAttachment>['spec']): CSIPersistentVolumeSource | undefined {
    return this.sources.volumes.get('', source?.persistentVolumeName ?? '')?.spec.csi;
  }
}
