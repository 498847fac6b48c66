import { formatTime } from '../../../apimachinery/time.js';
import type { Typed } from '../../../client/client.js';
import { isPodAvailable, isPodReady, type Pod } from '../../../component-helpers/pods.js';
import type { ReplicaSet as ReplicaSetType, ReplicaSetStatus } from '../../../schema/generated/apps-v1.js';
import { mapSelectorOf } from '../common/selectors.js';
import { messageOf } from '../common/pod-control.js';
import { findCondition, withoutCondition } from '../common/status.js';

export type ReplicaSet = Typed<ReplicaSetType>;

const REPLICA_FAILURE = 'ReplicaFailure';

export interface ReplicaSetObservation {
  readonly active: readonly Pod[];
  /** How many are being deleted; undefined for kinds that don't tell. */
  readonly terminating: number | undefined;
  /** What kept pods from being made or deleted. */
  readonly failure: unknown;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The status of a replica set, but for the generation that was observed (Go: replicaset.calculateStatus). */
export function replicaSetStatus(replicaSet: ReplicaSet, { active, terminating, failure, now }: ReplicaSetObservation): ReplicaSetStatus {
  const { spec, status } = replicaSet;
  const template = mapSelectorOf(spec.template.metadata.labels ?? {});
  const ready = active.filter(isPodReady);
  return {
    ...status,
    replicas: active.length,
    fullyLabeledReplicas: active.filter(({ metadata }) => template.matches(metadata.labels)).length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, spec.minReadySeconds ?? 0, now)).length,
    terminatingReplicas: terminating,
    conditions: conditionsOf(replicaSet, active.length - (spec.replicas ?? 1), failure, now),
  };
}

function conditionsOf(
  { status: { conditions } }: ReplicaSet,
  surplus: number,
  failure: unknown,
  now: number,
): ReplicaSetStatus['conditions'] {
  const before = findCondition(conditions, REPLICA_FAILURE);
  if (failure === undefined) return before === undefined ? conditions : withoutCondition(conditions, REPLICA_FAILURE);
  if (before !== undefined) return conditions;
  const reason = surplus < 0 ? 'FailedCreate' : surplus > 0 ? 'FailedDelete' : '';
  const condition = {
    type: REPLICA_FAILURE,
    status: 'True',
    lastTransitionTime: formatTime(now),
    reason,
    message: messageOf(failure),
  };
  return [...(conditions ?? []), condition];
}
