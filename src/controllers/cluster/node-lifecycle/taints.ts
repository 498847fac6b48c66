import type { Client } from '../../../client/client.js';
import type { Node } from '../../../component-helpers/nodes.js';
import { NODES } from '../../../component-helpers/resources.js';
import { formatTime } from '../../../apimachinery/time.js';
import type { Taint } from '../../../schema/generated/core-v1.js';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Which status of a condition taints a node how (KEP-382). */
const TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};
const KNOWN: ReadonlySet<string> = new Set([UNSCHEDULABLE, ...Object.values(TAINTS).flatMap((byStatus) => Object.values(byStatus))]);

export interface TaintChange {
  readonly add: readonly Taint[];
  readonly remove: readonly Taint[];
}

/** What is to become of the taints that keep new pods away (Go: doNoScheduleTaintingPass). */
export function noScheduleChange({ spec, status }: Node): TaintChange {
  const wanted: Taint[] = [];
  for (const { type = '', status: value = '' } of status.conditions ?? []) {
    const key = TAINTS[type]?.[value];
    if (key !== undefined) wanted.push({ key, effect: 'NoSchedule' });
  }
  if (spec.unschedulable === true) wanted.push({ key: UNSCHEDULABLE, effect: 'NoSchedule' });
  const present = (spec.taints ?? []).filter(({ key = '', effect }) => effect === 'NoSchedule' && KNOWN.has(key));
  return {
    add: wanted.filter((taint) => !present.some((other) => isSameTaint(other, taint))),
    remove: present.filter((taint) => !wanted.some((other) => isSameTaint(other, taint))),
  };
}

/** Taints are the same if key and effect are, whatever their value (Go: Taint.MatchTaint). */
export function isSameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

export function hasTaint({ spec }: Node, taint: Taint): boolean {
  return spec.taints?.some((other) => isSameTaint(other, taint)) === true;
}

/**
 * Changes the taints of a node, if there is something to change.
 * @param now milliseconds since the epoch, for the taints that are added
 */
export async function changeTaints(client: Client, node: Node, { add, remove }: TaintChange, now: number): Promise<void> {
  const before = node.spec.taints ?? [];
  const kept = before.filter((taint) => ![...add, ...remove].some((other) => isSameTaint(other, taint)));
  if (add.length === 0 && kept.length === before.length) return;
  const added = add.map((taint) => ({ ...taint, timeAdded: formatTime(now) }));
  const taints = [...kept, ...added];
  const { name = '', resourceVersion } = node.metadata;
  const body = { metadata: { resourceVersion }, spec: { taints: taints.length === 0 ? null : taints } };
  await client.patch({ resource: NODES }, name, 'strategic', body);
}
