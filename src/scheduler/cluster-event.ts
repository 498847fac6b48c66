import type { KubeObject, Typed } from '../client/client.js';
import type { Node, Pod } from '../schema/generated/core-v1.js';
import type { PodInfo } from './pod-info.js';

/** What happened to an object, as far as scheduling may care (Go: framework.ActionType). */
export type ClusterAction =
  | 'Add'
  | 'Delete'
  | 'Update'
  | 'UpdateNodeAllocatable'
  | 'UpdateNodeLabel'
  | 'UpdateNodeTaint'
  | 'UpdateNodeCondition'
  | 'UpdateNodeAnnotation'
  | 'UpdatePodLabel'
  | 'UpdatePodScaleDown'
  | 'UpdatePodToleration'
  | 'UpdatePodSchedulingGatesEliminated'
  | 'UpdatePodGeneratedResourceClaim';

/** Kinds whose changes may let a pod be scheduled that couldn't be. */
export type ClusterResource =
  | 'Node'
  | 'Pod'
  | 'PersistentVolume'
  | 'PersistentVolumeClaim'
  | 'StorageClass'
  | 'CSINode'
  | 'CSIDriver'
  | 'CSIStorageCapacity'
  | 'VolumeAttachment'
  | 'ResourceClaim'
  | 'ResourceSlice'
  | 'DeviceClass';

export interface ClusterEvent {
  readonly resource: ClusterResource;
  readonly action: ClusterAction;
  /** Before; absent if it was added. */
  readonly old?: KubeObject | undefined;
  /** After; absent if it was deleted. */
  readonly now?: KubeObject | undefined;
}

/** Events after which it is worth trying a pod again that a plugin turned away (KEP-4247). */
export interface EventOfInterest {
  readonly resource: ClusterResource;
  readonly actions: readonly ClusterAction[];
  /** Whether this event may help this pod; every one may if absent. */
  readonly hint?: ((pod: PodInfo, event: ClusterEvent) => boolean) | undefined;
}

/** Interest in nodes. `old` is absent for a new node, `now` for a deleted one. */
export function onNode(
  actions: readonly ClusterAction[],
  hint?: (pod: PodInfo, now: Typed<Node> | undefined, old: Typed<Node> | undefined) => boolean,
): EventOfInterest {
  return on('Node', actions, hint);
}

/** Interest in pods, those that wait included. */
export function onPod(
  actions: readonly ClusterAction[],
  hint?: (pod: PodInfo, now: Typed<Pod> | undefined, old: Typed<Pod> | undefined) => boolean,
): EventOfInterest {
  return on('Pod', actions, hint);
}

/** Interest in a kind; `T` must be its type. */
export function on<T extends KubeObject>(
  resource: ClusterResource,
  actions: readonly ClusterAction[],
  hint?: (pod: PodInfo, now: T | undefined, old: T | undefined) => boolean,
): EventOfInterest {
  if (hint === undefined) return { resource, actions };
  return { resource, actions, hint: (pod, { now, old }) => hint(pod, now as T | undefined, old as T | undefined) };
}

/** `Update` stands for every kind of change, on either side (Go: MatchClusterEvents). */
export function concerns(interest: EventOfInterest, { resource, action }: ClusterEvent): boolean {
  if (interest.resource !== resource) return false;
  if (interest.actions.includes(action)) return true;
  return action.startsWith('Update') && interest.actions.includes('Update');
}
