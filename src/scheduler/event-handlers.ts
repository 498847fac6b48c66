import type { KubeObject, Typed } from '../client/client.js';
import type { GroupVersionResource } from '../apimachinery/group-version.js';
import type { ClusterResource } from './cluster-event.js';
import type { Informers } from '../client/informers.js';
import {
  CSI_DRIVERS,
  CSI_NODES,
  CSI_STORAGE_CAPACITIES,
  DEVICE_CLASSES,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  RESOURCE_CLAIMS,
  RESOURCE_SLICES,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
} from '../component-helpers/resources.js';
import type { Node, Pod } from '../schema/generated/core-v1.js';
import { nodeChanges, podChanges } from './object-changes.js';
import { PodInfo } from './pod-info.js';
import { SCHEDULER_NAME, type Scheduler } from './scheduler.js';

/** Keeps cache and queue of a scheduler up to date (Go: scheduler/eventhandlers.go). */
export function followCluster(scheduler: Scheduler, informers: Informers): void {
  followNodes(scheduler, informers);
  for (const [resource, kind] of FOLLOWED) followOthers(scheduler, informers, resource, kind);
  scheduler.pods.addHandler({
    added: (pod) => {
      addPod(scheduler, pod);
    },
    updated: (pod, old) => {
      if (pod.metadata.uid === old.metadata.uid) updatePod(scheduler, pod, old);
      else {
        deletePod(scheduler, old);
        addPod(scheduler, pod);
      }
    },
    deleted: (pod) => {
      deletePod(scheduler, pod);
    },
  });
}

/** What else plugins hear of. */
const FOLLOWED: readonly (readonly [GroupVersionResource, ClusterResource])[] = [
  [PERSISTENT_VOLUMES, 'PersistentVolume'],
  [PERSISTENT_VOLUME_CLAIMS, 'PersistentVolumeClaim'],
  [STORAGE_CLASSES, 'StorageClass'],
  [CSI_NODES, 'CSINode'],
  [CSI_DRIVERS, 'CSIDriver'],
  [CSI_STORAGE_CAPACITIES, 'CSIStorageCapacity'],
  [VOLUME_ATTACHMENTS, 'VolumeAttachment'],
  [RESOURCE_CLAIMS, 'ResourceClaim'],
  [RESOURCE_SLICES, 'ResourceSlice'],
  [DEVICE_CLASSES, 'DeviceClass'],
];

function followOthers({ queue }: Scheduler, informers: Informers, of: GroupVersionResource, resource: ClusterResource): void {
  informers.of(of).addHandler({
    added: (now) => {
      queue.moveAll({ resource, action: 'Add', now });
    },
    updated: (now, old) => {
      queue.moveAll({ resource, action: 'Update', now, old });
    },
    deleted: (old) => {
      queue.moveAll({ resource, action: 'Delete', old });
    },
  });
}

function followNodes({ cache, queue }: Scheduler, informers: Informers): void {
  informers.of<Typed<Node>>(NODES).addHandler({
    added: (now) => {
      cache.setNode(now);
      queue.moveAll({ resource: 'Node', action: 'Add', now });
    },
    updated: (now, old) => {
      cache.setNode(now);
      for (const action of nodeChanges(now, old)) queue.moveAll({ resource: 'Node', action, now, old });
    },
    deleted: (old) => {
      queue.moveAll({ resource: 'Node', action: 'Delete', old });
      cache.removeNode(old.metadata.name ?? '');
    },
  });
}

function isAssigned({ spec }: Typed<Pod>): boolean {
  return (spec.nodeName ?? '') !== '';
}

function isOurs({ spec }: Typed<Pod>): boolean {
  return spec.schedulerName === SCHEDULER_NAME;
}

function hasEnded({ status: { phase } }: Typed<Pod>): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function addPod(scheduler: Scheduler, pod: Typed<Pod>): void {
  // The real one doesn't watch pods that have ended: for it, they go away then.
  if (hasEnded(pod)) return;
  if (isAssigned(pod)) addAssigned(scheduler, pod);
  else if (isOurs(pod)) scheduler.queue.add(pod);
}

function addAssigned({ cache, queue }: Scheduler, pod: Typed<Pod>): void {
  cache.setPod(new PodInfo(pod));
  queue.moveAll({ resource: 'Pod', action: 'Add', now: pod });
}

function updatePod(scheduler: Scheduler, now: Typed<Pod>, old: Typed<Pod>): void {
  if (hasEnded(now) !== hasEnded(old)) {
    if (hasEnded(now)) deletePod(scheduler, old);
    else addPod(scheduler, now);
    return;
  }
  if (hasEnded(now)) return;
  const { cache, queue, nominator } = scheduler;
  if (isAssigned(old)) {
    cache.setPod(new PodInfo(now));
    for (const action of podChanges(now, old)) queue.moveAll({ resource: 'Pod', action, now, old });
  } else if (isAssigned(now)) {
    addAssigned(scheduler, now);
    queue.delete(now.metadata.uid ?? '');
    nominator.delete(now.metadata.uid ?? '');
  } else if (isOurs(now)) updateWaiting(scheduler, now, old);
}

function updateWaiting(scheduler: Scheduler, now: Typed<Pod>, old: Typed<Pod>): void {
  const { cache, queue, nominator } = scheduler;
  const uid = now.metadata.uid ?? '';
  if (cache.isAssumed(uid)) {
    if (now.metadata.deletionTimestamp !== undefined && old.metadata.deletionTimestamp === undefined) forget(scheduler, now);
    return;
  }
  const nodeName = nominator.nodeOf(uid);
  if (nodeName !== undefined || now.status.nominatedNodeName !== undefined)
    nominator.set(new PodInfo(now), now.status.nominatedNodeName ?? nodeName ?? '');
  queue.update(
    now,
    podChanges(now, old).map((action) => ({ resource: 'Pod', action, now, old })),
  );
  const before = old.status.nominatedNodeName ?? '';
  if (before !== '' && before !== now.status.nominatedNodeName) queue.moveAll({ resource: 'Pod', action: 'Delete', old });
}

function deletePod(scheduler: Scheduler, pod: Typed<Pod>): void {
  const { cache, queue, nominator } = scheduler;
  const uid = pod.metadata.uid ?? '';
  if (isAssigned(pod)) {
    cache.removePod(uid);
    queue.moveAll({ resource: 'Pod', action: 'Delete', old: pod });
    return;
  }
  if (!isOurs(pod)) return;
  queue.delete(uid);
  nominator.delete(uid);
  if (cache.isAssumed(uid)) forget(scheduler, pod);
  else if (pod.status.nominatedNodeName) queue.moveAll({ resource: 'Pod', action: 'Delete', old: pod });
}

/** A pod goes away that was about to be bound: what it held is free again. */
function forget({ cache, queue }: Scheduler, pod: KubeObject): void {
  cache.forget(pod.metadata.uid ?? '');
  queue.moveAll({ resource: 'Pod', action: 'Delete', old: pod });
}
