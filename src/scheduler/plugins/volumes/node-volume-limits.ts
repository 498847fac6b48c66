import type { Typed } from '../../../client/client.js';
import { claimClass, claimNameOf, notForPod, type PersistentVolumeClaim } from '../../../component-helpers/claims.js';
import { isControlledBy } from '../../../component-helpers/controller-ref.js';
import type { Pod } from '../../../schema/generated/core-v1.js';
import type { CSINode, VolumeAttachment } from '../../../schema/generated/storage-v1.js';
import { on, onPod } from '../../cluster-event.js';
import type { NodeInfo } from '../../node-info.js';
import type { FilterPlugin } from '../../plugin.js';
import type { PodInfo } from '../../pod-info.js';
import { Rejection } from '../../rejection.js';
import { notFound, onOwnClaim, type VolumeListers } from './volume-listers.js';

const NAME = 'NodeVolumeLimits';
const TOO_MANY = Rejection.unschedulable(NAME, 'node(s) exceed max volume count');

type Listers = Pick<VolumeListers, 'claims' | 'volumes' | 'classes' | 'csiNodes' | 'attachments'>;

/** Volumes by what makes them one, with the driver that each is of. */
type Drivers = Map<string, string>;

/** CSI drivers say how many of their volumes a node can take. */
export function nodeVolumeLimits(listers: Listers): FilterPlugin {
  return {
    name: NAME,
    events: [
      on<Typed<CSINode>>('CSINode', ['Add', 'Update'], (_, now, old) => isRaised(now, old)),
      onPod(['Delete'], (_, __, deleted) => deleted !== undefined && freesVolumes(deleted)),
      onOwnClaim(['Add']),
      on<Typed<VolumeAttachment>>('VolumeAttachment', ['Delete']),
    ],
    prepare(pod) {
      if (!(pod.pod.spec.volumes ?? []).some((volume) => claimNameOf(pod.pod, volume) !== undefined)) return undefined;
      return { filter: (node) => filter(pod, node, listers) };
    },
  };
}

function filter(pod: PodInfo, node: NodeInfo, listers: Listers): Rejection | undefined {
  const wanted = volumesOf(pod.pod, listers, true);
  if (wanted instanceof Rejection) return wanted;
  const limits = limitsOf(listers.csiNodes.get('', node.name));
  if (wanted.size === 0 || limits.size === 0) return undefined;
  const attached: Drivers = new Map();
  for (const other of node.pods.values()) {
    const found = volumesOf(other.pod, listers, false);
    if (!(found instanceof Rejection)) for (const [volume, driver] of found) attached.set(volume, driver);
  }
  for (const { spec } of listers.attachments.list()) if (spec.nodeName === node.name) addAttachment(spec, listers, attached);
  const counts = countByDriver(attached);
  for (const [volume, driver] of wanted) {
    if (attached.has(volume)) continue;
    const count = (counts.get(driver) ?? 0) + 1;
    counts.set(driver, count);
    if (count > (limits.get(driver) ?? Infinity)) return TOO_MANY;
  }
  return undefined;
}

function addAttachment({ attacher = '', source }: VolumeAttachment['spec'], { volumes }: Listers, attached: Drivers): void {
  const handle = volumes.get('', source.persistentVolumeName ?? '')?.spec.csi?.volumeHandle;
  if (handle !== undefined) attached.set(`${attacher}/${handle}`, attacher);
}

function countByDriver(volumes: Drivers): Map<string, number> {
  const counts = new Map<string, number>();
  for (const driver of volumes.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  return counts;
}

/** The volumes of CSI drivers that a pod uses. */
function volumesOf(pod: Typed<Pod>, listers: Listers, isNew: boolean): Drivers | Rejection {
  const found: Drivers = new Map();
  const { namespace = '' } = pod.metadata;
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) continue;
    const claim = listers.claims.get(namespace, name);
    if (claim === undefined) {
      if (!isNew) continue;
      return Rejection.unresolvable(NAME, `looking up PVC ${namespace}/${name}: ${notFound('persistentvolumeclaim', name)}`);
    }
    if (volume.ephemeral !== undefined && !isControlledBy(claim, pod)) return Rejection.unresolvable(NAME, notForPod(claim, pod));
    const { driver, handle } = driverOf(claim, listers);
    if (driver !== '') found.set(`${driver}/${handle}`, driver);
  }
  return found;
}

/** A volume that doesn't exist yet is known by its claim. */
function driverOf(claim: PersistentVolumeClaim, { volumes, classes }: Listers): { readonly driver: string; readonly handle: string } {
  const csi = volumes.get('', claim.spec.volumeName ?? '')?.spec.csi;
  if (csi !== undefined) return { driver: csi.driver ?? '', handle: csi.volumeHandle ?? '' };
  if (claim.spec.volumeName) return { driver: '', handle: '' };
  const { namespace = '', name = '' } = claim.metadata;
  return { driver: classes.get('', claimClass(claim))?.provisioner ?? '', handle: `${namespace}/${name}` };
}

function limitsOf(node: Typed<CSINode> | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { name = '', allocatable } of node?.spec.drivers ?? [])
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  return limits;
}

function isRaised(now: Typed<CSINode> | undefined, old: Typed<CSINode> | undefined): boolean {
  if (old === undefined) return true;
  const before = limitsOf(old);
  for (const [driver, limit] of limitsOf(now)) if (limit > (before.get(driver) ?? 0)) return true;
  return false;
}

function freesVolumes(pod: Typed<Pod>): boolean {
  if (!pod.spec.nodeName && !pod.status.nominatedNodeName) return false;
  return (pod.spec.volumes ?? []).some((volume) => claimNameOf(pod, volume) !== undefined);
}
