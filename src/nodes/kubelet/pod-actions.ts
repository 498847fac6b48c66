import { isSidecar } from '../../component-helpers/containers.js';
import { shouldRestart } from '../../component-helpers/restarts.js';
import type { Container, EphemeralContainer, PodSpec } from '../../schema/generated/core-v1.js';
import { exitOf, isRunning, type ContainerRecord } from './container-record.js';

/** What is to be done with a pod's containers next. */
export interface PodActions {
  /** Each is to be started once; they are never started again. */
  readonly ephemeral: readonly EphemeralContainer[];
  /** The next init container, or sidecars that ended. */
  readonly init: readonly Container[];
  /** Ordinary containers; empty while the pod isn't initialised. */
  readonly containers: readonly Container[];
  /** Nothing runs any more that counts, and nothing will be started. */
  readonly isOver: boolean;
}

/** Decides by what ran so far (Go: kuberuntime.computePodActions). */
export function podActions(spec: PodSpec, records: ReadonlyMap<string, ContainerRecord>): PodActions {
  const ephemeral = (spec.ephemeralContainers ?? []).filter(({ name = '' }) => (records.get(name)?.attempts ?? 0) === 0);
  const { init, isInitialized, hasFailed } = initActions(spec, records);
  if (hasFailed) return { ephemeral: [], init: [], containers: [], isOver: true };
  if (!isInitialized) return { ephemeral, init, containers: [], isOver: false };
  const containers = (spec.containers ?? []).filter((container) => isToStart(container, recordOf(records, container), spec));
  const isOver = containers.length === 0 && !(spec.containers ?? []).some((container) => isUp(records, container));
  return { ephemeral, init: isOver ? [] : init, containers, isOver };
}

function recordOf(records: ReadonlyMap<string, ContainerRecord>, { name = '' }: Container): ContainerRecord | undefined {
  return records.get(name);
}

function isUp(records: ReadonlyMap<string, ContainerRecord>, container: Container): boolean {
  const record = recordOf(records, container);
  return record !== undefined && isRunning(record);
}

function isToStart(container: Container, record: ContainerRecord | undefined, spec: PodSpec): boolean {
  if (record?.current === undefined) return true;
  const exit = exitOf(record);
  return exit !== undefined && shouldRestart(container, spec, exit.exitCode ?? 0);
}

interface InitActions {
  readonly init: Container[];
  readonly isInitialized: boolean;
  readonly hasFailed: boolean;
}

/** Init containers one after the other; sidecars stay up beside those that follow (Go: computeInitContainerActions). */
function initActions(spec: PodSpec, records: ReadonlyMap<string, ContainerRecord>): InitActions {
  const init: Container[] = [];
  const wasInitialized = (spec.containers ?? []).some((container) => recordOf(records, container)?.current !== undefined);
  for (const container of spec.initContainers ?? []) {
    const record = recordOf(records, container);
    const exit = record === undefined ? undefined : exitOf(record);
    const isNew = record?.current === undefined;
    if (isSidecar(container)) {
      if (isNew || exit !== undefined) init.push(container);
      if (!wasInitialized && (isNew || record.started !== true)) return { init, isInitialized: false, hasFailed: false };
    } else if (!wasInitialized) {
      const next = nextOfInit(container, isNew, exit?.exitCode, spec);
      if (next === 'failed') return { init: [], isInitialized: false, hasFailed: true };
      if (next === 'start') init.push(container);
      if (next !== 'done') return { init, isInitialized: false, hasFailed: false };
    }
  }
  return { init, isInitialized: true, hasFailed: false };
}

function nextOfInit(
  container: Container,
  isNew: boolean,
  exitCode: number | undefined,
  spec: PodSpec,
): 'start' | 'wait' | 'done' | 'failed' {
  if (isNew) return 'start';
  if (exitCode === undefined) return 'wait';
  if (exitCode === 0) return 'done';
  return shouldRestart(container, spec, exitCode) ? 'start' : 'failed';
}
