import { matchingRestartRule } from '../../component-helpers/restarts.js';
import type { Container, PodSpec } from '../../schema/generated/core-v1.js';
import { exitOf, isRunning, type ContainerRecord } from './container-record.js';
import { RESTARTING_ALL } from './pod-phase.js';

const MESSAGE = 'The container is removed because RestartAllContainers in place';

/** Whether a container ended in a way that restarts all of its pod (KEP-5532; Go: container.ShouldAllContainersRestart). */
export function restartsAll({ containers = [], initContainers = [] }: PodSpec, records: ReadonlyMap<string, ContainerRecord>): boolean {
  const ended = ({ name = '' }: Container): number | undefined => {
    const record = records.get(name);
    return record === undefined ? undefined : exitOf(record)?.exitCode;
  };
  return [...(initContainers ?? []), ...(containers ?? [])].some((container) => {
    const exitCode = ended(container);
    return exitCode !== undefined && matchingRestartRule(container, exitCode)?.action === 'RestartAllContainers';
  });
}

/** Forgets the last attempts of all containers, so that the pod begins anew; those that ran count as stopped for it. */
export function beginAnew(records: ReadonlyMap<string, ContainerRecord>): void {
  for (const record of records.values()) {
    if (record.field === 'ephemeralContainers' || record.current === undefined) continue;
    const exit = exitOf(record);
    record.previous = exit !== undefined && exit.exitCode !== 137 ? exit : { exitCode: 137, reason: RESTARTING_ALL, message: MESSAGE };
    record.current = undefined;
    record.failure = { reason: RESTARTING_ALL, message: MESSAGE };
  }
}

/** What still runs of a pod that begins anew. */
export function runningRecords(records: ReadonlyMap<string, ContainerRecord>): ContainerRecord[] {
  return [...records.values()].filter((record) => record.field !== 'ephemeralContainers' && isRunning(record));
}
