import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { PodTemplateSpec } from '../../../schema/generated/core-v1.js';
import { wanted, type Deployment, type ReplicaSet, type ReplicaSets } from './types.js';

/** The label that tells the pods of a deployment's replica sets apart. */
export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** Older first, then by name (Go: controller.ReplicaSetsByCreationTimestamp). */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  return compareText(a.metadata.creationTimestamp, b.metadata.creationTimestamp) || compareText(a.metadata.name, b.metadata.name);
}

/** Larger first, then older (Go: controller.ReplicaSetsBySizeOlder). */
export function bySizeOlder(a: ReplicaSet, b: ReplicaSet): number {
  return wanted(b) - wanted(a) || byAge(a, b);
}

/** Larger first, then younger (Go: controller.ReplicaSetsBySizeNewer). */
export function bySizeNewer(a: ReplicaSet, b: ReplicaSet): number {
  return wanted(b) - wanted(a) || byAge(b, a);
}

/** Times of whole seconds in UTC compare as texts. */
function compareText(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether two templates are the same but for the hash that a replica set adds (Go: deploymentutil.EqualIgnoreHash). */
export function equalTemplates(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return semanticEqual(a.spec, b.spec) && semanticEqual(withoutHash(a.metadata), withoutHash(b.metadata));
}

function withoutHash(metadata: PodTemplateSpec['metadata']): PodTemplateSpec['metadata'] {
  if (metadata.labels?.[POD_TEMPLATE_HASH] === undefined) return metadata;
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = metadata.labels;
  return { ...metadata, labels };
}

/** Tells the replica set that has the deployment's template, the oldest if there are several, from the others. */
export function partition({ spec: { template } }: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSets {
  const sorted = [...replicaSets].sort(byAge);
  const current = sorted.find(({ spec }) => equalTemplates(spec.template, template));
  return { current, old: sorted.filter((replicaSet) => replicaSet !== current) };
}
