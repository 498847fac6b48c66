import type { Typed } from '../../../client/client.js';
import { parseInt64 } from '../../../apimachinery/strconv.js';
import { scaledValue } from '../../../apimachinery/int-or-string.js';
import type { DaemonSet as DaemonSetType } from '../../../schema/generated/apps-v1.js';
import type { Node as NodeType } from '../../../schema/generated/core-v1.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { REVISION_HASH } from '../common/revisions.js';

export type DaemonSet = Typed<DaemonSetType>;
export type Node = Typed<NodeType>;

export const DAEMON_SET_KIND = { group: 'apps', version: 'v1', kind: 'DaemonSet' } as const;

/** The label that told revisions apart before there were hashes. */
export const TEMPLATE_GENERATION = 'pod-template-generation';
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';

/** The generation of the template as clients of old wrote it; undefined if it can't be read. */
export function templateGeneration({ metadata: { annotations } }: DaemonSet): string | undefined {
  const value = parseInt64(annotations?.[GENERATION_ANNOTATION] ?? '');
  return typeof value === 'bigint' ? String(value) : undefined;
}

/** Whether the pod was made from the template as it is now (Go: util.IsPodUpdated). */
export function isUpdated({ metadata: { labels } }: Pod, hash: string, generation: string | undefined): boolean {
  return labels?.[REVISION_HASH] === hash || (generation !== undefined && labels?.[TEMPLATE_GENERATION] === generation);
}

/** How many nodes may have two pods during an update. */
export function surgeCount({ spec: { updateStrategy } }: DaemonSet, desired: number): number {
  if (updateStrategy.type !== 'RollingUpdate') return 0;
  return scaledValue(updateStrategy.rollingUpdate?.maxSurge ?? 0, desired, true);
}

/** How many nodes may lack an available pod during an update. */
export function unavailableCount({ spec: { updateStrategy } }: DaemonSet, desired: number): number {
  if (updateStrategy.type !== 'RollingUpdate') return 0;
  return scaledValue(updateStrategy.rollingUpdate?.maxUnavailable ?? 0, desired, true);
}

/** The node of a daemon pod: the one it is on, or else the one it was made for (Go: util.GetTargetNodeName). */
export function targetNode({ spec: { nodeName = '', affinity } }: Pod): string | undefined {
  if (nodeName !== '') return nodeName;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields = [] } of terms) {
    const found = matchFields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
    if (found !== undefined) return found.values?.length === 1 ? found.values[0] : undefined;
  }
  return undefined;
}
