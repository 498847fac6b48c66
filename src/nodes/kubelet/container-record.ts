import type { ContainerField } from '../../component-helpers/containers.js';
import type { ContainerStateTerminated, ResourceRequirements } from '../../schema/generated/core-v1.js';
import type { ContainerExit, RunningContainer } from '../runtime/runtime.js';

/** Why a container doesn't run: what its waiting state shows. */
export interface StartFailure {
  /** `ErrImagePull`, `CrashLoopBackOff`, … */
  readonly reason: string;
  readonly message: string;
}

/** An attempt of a container that was made. */
export interface Attempt {
  readonly containerId: string;
  readonly image: string;
  readonly imageId: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** What it was started with; a resize changes it. */
  resources: ResourceRequirements;
  /** Who its first process runs as; unknown of what never ran. */
  readonly user?: RunningContainer['user'] | undefined;
  /** How it went; undefined while it runs. */
  terminated?: ContainerStateTerminated | undefined;
  /** When it ended; milliseconds since the epoch. */
  endedAt?: number | undefined;
}

/** What a kubelet knows of one container of a pod. */
export interface ContainerRecord {
  readonly name: string;
  readonly field: ContainerField;
  /** The number of attempts that were made. */
  attempts: number;
  /** The last one. */
  current?: Attempt | undefined;
  /** How the one before ended. */
  previous?: ContainerStateTerminated | undefined;
  /** Why the last try to start it failed. */
  failure?: StartFailure | undefined;
  /** Set while it runs. */
  running?: { readonly container: RunningContainer; readonly exit: Promise<ContainerExit> } | undefined;
  /** Whether its startup probe, if it has one, has succeeded. */
  started: boolean;
  /** What its readiness probe says; true without one. */
  ready: boolean;
}

export function newRecord(name: string, field: ContainerField): ContainerRecord {
  return { name, field, attempts: 0, started: false, ready: false };
}

export function isRunning(record: ContainerRecord): boolean {
  return record.current !== undefined && record.current.terminated === undefined;
}

/** How the last attempt ended; undefined if it runs, or if there was none. */
export function exitOf(record: ContainerRecord): ContainerStateTerminated | undefined {
  return record.current?.terminated;
}
