import { createHash } from 'node:crypto';
import { isStatus } from '../../apimachinery/status.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import type { Typed } from '../../client/client.js';
import type { ComponentContext } from '../../client/component-context.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import type { Informer } from '../../client/informer.js';
import { BY_CLAIM, claimIndex, claimNamesOf, type PersistentVolumeClaim } from '../../component-helpers/claims.js';
import type { PersistentVolume } from '../../component-helpers/persistent-volumes.js';
import { isPodTerminal } from '../../component-helpers/pods.js';
import {
  CSI_DRIVERS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  VOLUME_ATTACHMENTS,
} from '../../component-helpers/resources.js';
import type { AttachedVolume, Node, Pod } from '../../schema/generated/core-v1.js';
import type { CSIDriver, VolumeAttachment } from '../../schema/generated/storage-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';

/** Who says that a volume is attached: on a real cluster a program beside the driver, with rights of its own. */
const ATTACHER = { name: 'external-attacher', user: 'csi-attacher', groups: ['system:masters'], userAgent: 'csi-attacher' } as const;

const BY_ATTACHED_NODE = 'attached-node';

/** A volume that a node is to have. */
interface Wanted {
  readonly volume: PersistentVolume;
  readonly driver: string;
  readonly handle: string;
  /** The first pod that uses it there. */
  readonly pod: Typed<Pod>;
}

interface Sources {
  readonly context: ComponentContext;
  readonly attacher: ComponentContext;
  readonly recorder: EventRecorder;
  readonly pods: Informer<Typed<Pod>>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly drivers: Informer<Typed<CSIDriver>>;
  readonly attachments: Informer<Typed<VolumeAttachment>>;
  readonly nodes: Informer<Typed<Node>>;
}

/**
 * Attaches CSI volumes to the nodes whose pods use them (Go: pkg/controller/volume/attachdetach). The part of
 * the external attacher is played too: what is asked for is attached.
 */
export const attachDetachController: ControllerDescriptor = {
  name: 'persistentvolume-attach-detach-controller',
  alias: 'attachdetach',
  serviceAccount: 'attachdetach-controller',
  start(context) {
    const { informers } = context;
    const sources: Sources = {
      context,
      attacher: context.child(ATTACHER),
      recorder: context.recorder('attachdetach-controller'),
      pods: informers
        .of<Typed<Pod>>(PODS)
        .addIndex(BY_CLAIM, claimIndex)
        .addIndex(BY_ATTACHED_NODE, (pod) => (claimNamesOf(pod).length > 0 && pod.spec.nodeName ? [pod.spec.nodeName] : [])),
      claims: informers.of<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS),
      volumes: informers.of<PersistentVolume>(PERSISTENT_VOLUMES),
      drivers: informers.of<Typed<CSIDriver>>(CSI_DRIVERS),
      attachments: informers
        .of<Typed<VolumeAttachment>>(VOLUME_ATTACHMENTS)
        .addIndex(BY_ATTACHED_NODE, ({ spec }) => [spec.nodeName ?? '']),
      nodes: informers.of<Typed<Node>>(NODES),
    };
    const queue = context.queue((nodeName) => syncNode(sources, nodeName));
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
    sources.drivers.addHandler({
      added: () => {
        for (const { metadata } of sources.nodes.list()) queue.add(metadata.name ?? '');
      },
    });
  },
};

async function syncNode(sources: Sources, nodeName: string): Promise<void> {
  const wanted = wantedOn(sources, nodeName);
  const attached = new Map(sources.attachments.byIndex(BY_ATTACHED_NODE, nodeName).map((object) => [object.metadata.name ?? '', object]));
  for (const [name, attachment] of attached) if (!wanted.has(name)) await detach(sources, attachment);
  for (const [name, volume] of wanted) if (!attached.has(name)) await attach(sources, nodeName, name, volume);
  await tellNode(sources, nodeName, [...wanted.values()]);
}

/** What pods on the node use, by the name of its attachment. */
function wantedOn({ pods, claims, volumes, drivers }: Sources, nodeName: string): ReadonlyMap<string, Wanted> {
  const found = new Map<string, Wanted>();
  for (const pod of pods.byIndex(BY_ATTACHED_NODE, nodeName)) {
    if (isPodTerminal(pod)) continue;
    for (const claimName of claimNamesOf(pod)) {
      const claim = claims.get(pod.metadata.namespace ?? '', claimName);
      const volume = volumes.get('', claim?.spec.volumeName ?? '');
      const { driver = '', volumeHandle: handle = '' } = volume?.spec.csi ?? {};
      const needsAttaching = drivers.get('', driver)?.spec.attachRequired;
      if (volume === undefined || needsAttaching !== true) continue;
      const name = attachmentName(handle, driver, nodeName);
      if (!found.has(name)) found.set(name, { volume, driver, handle, pod });
    }
  }
  return found;
}

/** Go: csi.getAttachmentName. */
function attachmentName(handle: string, driver: string, nodeName: string): string {
  return `csi-${createHash('sha256').update(`${handle}${driver}${nodeName}`).digest('hex')}`;
}

async function attach(
  { context, attacher, recorder }: Sources,
  nodeName: string,
  name: string,
  { volume, driver, pod }: Wanted,
): Promise<void> {
  const { client } = context;
  const persistentVolumeName = volume.metadata.name ?? '';
  const attachment: Typed<VolumeAttachment> = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name },
    spec: { attacher: driver, nodeName, source: { persistentVolumeName } },
    status: { attached: false },
  };
  const created = await client.create<Typed<VolumeAttachment>>({ resource: VOLUME_ATTACHMENTS }, attachment);
  await attacher.client.patch({ resource: VOLUME_ATTACHMENTS, subresource: 'status' }, created.metadata.name ?? '', 'merge', {
    status: { attached: true },
  });
  recorder.normal(pod, 'SuccessfulAttachVolume', `AttachVolume.Attach succeeded for volume "${persistentVolumeName}" `);
}

async function detach({ context }: Sources, { metadata }: Typed<VolumeAttachment>): Promise<void> {
  try {
    await context.client.delete({ resource: VOLUME_ATTACHMENTS }, metadata.name ?? '');
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}

/** The kubelet mounts what its node's status says is attached. */
async function tellNode({ context, nodes }: Sources, nodeName: string, wanted: readonly Wanted[]): Promise<void> {
  const node = nodes.get('', nodeName);
  if (node === undefined) return;
  const volumesAttached: AttachedVolume[] = wanted.map(({ driver, handle }) => ({
    name: `kubernetes.io/csi/${driver}^${handle}`,
    devicePath: '',
  }));
  if (semanticEqual(node.status.volumesAttached, volumesAttached)) return;
  await context.client.patch({ resource: NODES, subresource: 'status' }, nodeName, 'merge', { status: { volumesAttached } });
}
