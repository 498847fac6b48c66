import type { Typed } from '../../../client/client.js';
import type {
  Deployment as DeploymentType,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet as ReplicaSetType,
} from '../../../schema/generated/apps-v1.js';

export type Deployment = Typed<DeploymentType>;
export type ReplicaSet = Typed<ReplicaSetType>;
export type { DeploymentCondition, DeploymentStatus };

/** What a deployment, or a replica set, asks for. */
export function wanted({ spec: { replicas = 1 } }: Deployment | ReplicaSet): number {
  return replicas;
}

/** The replica sets of a deployment: the one with its template, if there is one, and all others. */
export interface ReplicaSets {
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

/** All of them. */
export function allOf({ current, old }: ReplicaSets): readonly ReplicaSet[] {
  return current === undefined ? old : [...old, current];
}

/** Those that ask for pods (Go: controller.FilterActiveReplicaSets). */
export function activeOf(replicaSets: readonly ReplicaSet[]): ReplicaSet[] {
  return replicaSets.filter((replicaSet) => wanted(replicaSet) > 0);
}

/** A sum over replica sets. */
export function sum(replicaSets: readonly ReplicaSet[], of: (replicaSet: ReplicaSet) => number | undefined): number {
  return replicaSets.reduce((total, replicaSet) => total + (of(replicaSet) ?? 0), 0);
}
