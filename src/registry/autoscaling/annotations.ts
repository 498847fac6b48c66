import { sortKeys } from '../../schema/sort-keys.js';
import type { ObjectMeta } from '../object.js';

/**
 * Annotations in which autoscaling/v1 carries what only later versions have
 * fields for (Go: pkg/apis/autoscaling/annotations.go).
 */
export const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
export const CURRENT_METRICS = 'autoscaling.alpha.kubernetes.io/current-metrics';
export const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
export const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';

const ROUND_TRIP: ReadonlySet<string> = new Set([
  METRICS,
  CURRENT_METRICS,
  CONDITIONS,
  BEHAVIOR,
  'autoscaling.alpha.kubernetes.io/scale-down-tolerance',
  'autoscaling.alpha.kubernetes.io/scale-up-tolerance',
]);

/** Metadata with these annotations in place of all that stand for fields; itself if there are neither. */
export function withFieldAnnotations(metadata: ObjectMeta, given: Readonly<Record<string, string>> = {}): ObjectMeta {
  const { annotations = {}, ...others } = metadata;
  const hasOld = Object.keys(annotations).some((key) => ROUND_TRIP.has(key));
  if (!hasOld && Object.keys(given).length === 0) return metadata;
  const kept = Object.entries(annotations).filter(([key]) => !ROUND_TRIP.has(key));
  const entries = [...kept, ...Object.entries(given)];
  return entries.length === 0 ? others : { ...metadata, annotations: sortKeys(Object.fromEntries(entries)) };
}
