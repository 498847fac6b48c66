import type { Typed } from '../../../client/client.js';
import type { Pod, Volume } from '../../../schema/generated/core-v1.js';
import type { SchedulerCache } from '../../cache.js';
import { onNode, onPod } from '../../cluster-event.js';
import type { NodeInfo } from '../../node-info.js';
import type { Filtering, FilterPlugin } from '../../plugin.js';
import type { PodInfo } from '../../pod-info.js';
import { Rejection } from '../../rejection.js';
import { notFound, onOwnClaim, type VolumeListers } from './volume-listers.js';

const NAME = 'VolumeRestrictions';
const DISK = Rejection.unschedulable(NAME, 'node(s) had no available disk');
const CLAIM_IN_USE = Rejection.unschedulable(
  NAME,
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

/** Disks that only one node, and claims that only one pod may use at a time. */
export function volumeRestrictions(cache: SchedulerCache, { claims }: Pick<VolumeListers, 'claims'>): FilterPlugin {
  return {
    name: NAME,
    events: [onPod(['Delete'], (pod, _, deleted) => deleted !== undefined && mayFree(pod, deleted)), onNode(['Add']), onOwnClaim(['Add'])],
    prepare(pod) {
      const disks = (pod.pod.spec.volumes ?? []).filter(isDisk);
      const exclusive = new Set<string>();
      for (const { persistentVolumeClaim } of pod.pod.spec.volumes ?? []) {
        if (persistentVolumeClaim === undefined) continue;
        const { claimName = '' } = persistentVolumeClaim;
        const claim = claims.get(pod.namespace, claimName);
        if (claim === undefined) return Rejection.unresolvable(NAME, notFound('persistentvolumeclaim', claimName));
        if (claim.spec.accessModes?.includes('ReadWriteOncePod') === true) exclusive.add(claimName);
      }
      const users = exclusive.size === 0 ? 0 : countUsers(pod, exclusive, cache);
      return disks.length === 0 && users === 0 ? undefined : new RestrictionFiltering(pod, disks, exclusive, users);
    },
  };
}

class RestrictionFiltering implements Filtering {
  constructor(
    private readonly pod: PodInfo,
    private readonly disks: readonly Volume[],
    private readonly exclusive: ReadonlySet<string>,
    /** How often the pod's exclusive claims are in use. */
    private users: number,
  ) {}

  filter({ pods }: NodeInfo): Rejection | undefined {
    if (this.disks.length > 0) for (const other of pods.values()) if (conflict(this.disks, other.pod)) return DISK;
    return this.users > 0 ? CLAIM_IN_USE : undefined;
  }

  addPod(pod: PodInfo): void {
    this.users += this.uses(pod);
  }

  removePod(pod: PodInfo): void {
    this.users -= this.uses(pod);
  }

  clone(): RestrictionFiltering {
    return new RestrictionFiltering(this.pod, this.disks, this.exclusive, this.users);
  }

  private uses(other: PodInfo): number {
    return other.namespace === this.pod.namespace ? usesOf(other.pod, this.exclusive) : 0;
  }
}

function countUsers({ namespace }: PodInfo, exclusive: ReadonlySet<string>, cache: SchedulerCache): number {
  let count = 0;
  for (const { info } of cache.podsOf(namespace)) count += usesOf(info.pod, exclusive);
  return count;
}

function usesOf({ spec }: Typed<Pod>, claims: ReadonlySet<string>): number {
  return (spec.volumes ?? []).filter(({ persistentVolumeClaim: claim }) => claims.has(claim?.claimName ?? '')).length;
}

function isDisk({ gcePersistentDisk, awsElasticBlockStore, rbd, iscsi }: Volume): boolean {
  return gcePersistentDisk !== undefined || awsElasticBlockStore !== undefined || rbd !== undefined || iscsi !== undefined;
}

function conflict(disks: readonly Volume[], { spec }: Typed<Pod>): boolean {
  return disks.some((disk) => (spec.volumes ?? []).some((other) => isSameDisk(disk, other)));
}

/** Whether both are the same disk, and not both read it only. */
function isSameDisk(a: Volume, b: Volume): boolean {
  const { gcePersistentDisk: gce, awsElasticBlockStore: aws, iscsi, rbd } = a;
  if (gce && b.gcePersistentDisk?.pdName === gce.pdName && !areReadOnly(gce, b.gcePersistentDisk)) return true;
  if (aws && b.awsElasticBlockStore?.volumeID === aws.volumeID) return true;
  if (iscsi && b.iscsi?.iqn === iscsi.iqn && !areReadOnly(iscsi, b.iscsi)) return true;
  if (rbd === undefined || b.rbd === undefined || areReadOnly(rbd, b.rbd)) return false;
  const monitors = b.rbd.monitors ?? [];
  return rbd.pool === b.rbd.pool && rbd.image === b.rbd.image && (rbd.monitors ?? []).some((monitor) => monitors.includes(monitor));
}

interface Source {
  readonly readOnly?: boolean | undefined;
}

function areReadOnly(one: Source, other: Source | undefined): boolean {
  return one.readOnly === true && other?.readOnly === true;
}

function mayFree({ pod, namespace }: PodInfo, deleted: Typed<Pod>): boolean {
  if (deleted.metadata.namespace !== namespace) return false;
  if (conflict((pod.spec.volumes ?? []).filter(isDisk), deleted)) return true;
  const own = new Set((pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) => claim?.claimName ?? []));
  return usesOf(deleted, own) > 0;
}
