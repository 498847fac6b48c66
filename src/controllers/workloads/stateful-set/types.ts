import type { Typed } from '../../../client/client.js';
import type { Pod } from '../../../component-helpers/pods.js';
import type { StatefulSet as StatefulSetType, StatefulSetStatus } from '../../../schema/generated/apps-v1.js';
import type { PersistentVolumeClaim as ClaimType } from '../../../schema/generated/core-v1.js';

export type StatefulSet = Typed<StatefulSetType>;
export type Claim = Typed<ClaimType>;
export type { StatefulSetStatus };

export const STATEFUL_SET_KIND = { group: 'apps', version: 'v1', kind: 'StatefulSet' } as const;
export const POD_KIND = { group: '', version: 'v1', kind: 'Pod' } as const;

const POD_NAME = /^(.*)-([0-9]+)$/s;

/** The set's name and the ordinal in a pod's name; -1 if there is none. */
export function parentAndOrdinal({ metadata: { name = '' } }: Pod): { readonly parent: string; readonly ordinal: number } {
  const [, parent = '', digits = ''] = POD_NAME.exec(name) ?? [];
  const ordinal = Number(digits);
  return { parent, ordinal: digits === '' || ordinal >= 2 ** 31 ? -1 : ordinal };
}

export function ordinalOf(pod: Pod): number {
  return parentAndOrdinal(pod).ordinal;
}

/** The first ordinal (KEP-3335). */
export function startOrdinal({ spec: { ordinals } }: StatefulSet): number {
  return ordinals?.start ?? 0;
}

export function replicasOf({ spec: { replicas = 1 } }: StatefulSet): number {
  return replicas;
}

/** Whether the set wants a pod of this ordinal. */
export function isInRange(pod: Pod, set: StatefulSet): boolean {
  const place = ordinalOf(pod) - startOrdinal(set);
  return place >= 0 && place < replicasOf(set);
}

export function podName({ metadata: { name = '' } }: StatefulSet, ordinal: number): string {
  return `${name}-${String(ordinal)}`;
}

/** Whether pods needn't wait for each other. */
export function isParallel({ spec: { podManagementPolicy } }: StatefulSet): boolean {
  return podManagementPolicy === 'Parallel';
}
