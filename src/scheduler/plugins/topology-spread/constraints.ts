import { labelSelectorOf, LabelRequirement, LabelSelector } from '../../../apimachinery/label-selector.js';
import { StatusError } from '../../../apimachinery/status.js';
import { findUntoleratedTaint } from '../../../component-helpers/tolerations.js';
import type { TopologySpreadConstraint } from '../../../schema/generated/core-v1.js';
import type { NodeInfo } from '../../node-info.js';
import type { PodInfo } from '../../pod-info.js';

/** A topology spread constraint of a pod, made ready. */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: LabelSelector;
  readonly minDomains: number;
  /** Only nodes that the pod's node affinity allows count. */
  readonly honorsAffinity: boolean;
  /** Only nodes whose taints the pod tolerates count. */
  readonly honorsTaints: boolean;
}

type Action = 'DoNotSchedule' | 'ScheduleAnyway';

/** What holds for pods that say nothing themselves (Go: podtopologyspread.systemDefaultConstraints). */
const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

/** The constraints of the pod itself with that consequence. */
export function ownConstraints({ pod: { spec, metadata } }: PodInfo, action: Action): readonly SpreadConstraint[] {
  return (spec.topologySpreadConstraints ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
    .map((constraint) => prepared(constraint, selectorOf(constraint, metadata.labels ?? {})));
}

/** The system's constraints, over what `selector` selects. */
export function defaultConstraints(selector: LabelSelector): readonly SpreadConstraint[] {
  return SYSTEM_DEFAULTS.map((constraint) => prepared(constraint, selector));
}

function prepared(constraint: TopologySpreadConstraint, selector: LabelSelector): SpreadConstraint {
  const { maxSkew = 1, topologyKey = '', minDomains = 1, nodeAffinityPolicy, nodeTaintsPolicy } = constraint;
  const honorsAffinity = nodeAffinityPolicy !== 'Ignore';
  return { maxSkew, topologyKey, selector, minDomains, honorsAffinity, honorsTaints: nodeTaintsPolicy === 'Honor' };
}

function selectorOf(
  { labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint,
  labels: Readonly<Record<string, string>>,
): LabelSelector {
  let selector: LabelSelector;
  try {
    selector = labelSelectorOf(labelSelector);
  } catch (error) {
    if (error instanceof StatusError) return LabelSelector.NOTHING;
    throw error;
  }
  const keyed: LabelRequirement[] = [];
  for (const key of matchLabelKeys) {
    const value = labels[key];
    if (value !== undefined) keyed.push(new LabelRequirement(key, '=', [value]));
  }
  return keyed.length === 0 ? selector : selector.with(...keyed);
}

/** Whether the node counts for the constraint. */
export function isIncluded({ honorsAffinity, honorsTaints }: SpreadConstraint, pod: PodInfo, { node }: NodeInfo): boolean {
  if (honorsAffinity && !pod.requiredNodeAffinity.matches(node)) return false;
  return !honorsTaints || findUntoleratedTaint(node.spec.taints, pod.pod.spec.tolerations) === undefined;
}

/** Whether the node is in a domain of every constraint. */
export function hasAllKeys(labels: Readonly<Record<string, string>>, constraints: readonly SpreadConstraint[]): boolean {
  return constraints.every(({ topologyKey }) => labels[topologyKey] !== undefined);
}
