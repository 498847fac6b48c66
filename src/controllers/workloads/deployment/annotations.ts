import { parseInt64, parseUint64 } from '../../../apimachinery/strconv.js';
import type { Deployment, ReplicaSet } from './types.js';

export const REVISION = 'deployment.kubernetes.io/revision';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const ROLLBACK_TO = 'deprecated.deployment.rollback.to';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Characters of the revision history that are kept. */
const LONGEST_HISTORY = 2000;

/** Annotations that a replica set does not take from its deployment. */
const OWN: ReadonlySet<string> = new Set([LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, ROLLBACK_TO]);

type Annotations = Record<string, string>;

/** The revision of a replica set; 0 if it has none, undefined if it can't be read (Go: deploymentutil.Revision). */
export function revisionOf({ metadata: { annotations } }: ReplicaSet): bigint | undefined {
  const text = annotations?.[REVISION];
  return text === undefined ? 0n : parsed(text);
}

function parsed(text: string): bigint | undefined {
  const value = parseInt64(text);
  return typeof value === 'bigint' ? value : undefined;
}

/** The highest revision. */
export function maxRevision(replicaSets: readonly ReplicaSet[]): bigint {
  return replicaSets.reduce((max, replicaSet) => {
    const revision = revisionOf(replicaSet) ?? 0n;
    return revision > max ? revision : max;
  }, 0n);
}

/** The second highest revision, which is what a rollback goes to; 0 if there is none. */
export function lastRevision(replicaSets: readonly ReplicaSet[]): bigint {
  const revisions = replicaSets.flatMap((replicaSet) => revisionOf(replicaSet) ?? []).sort((a, b) => (a < b ? 1 : -1));
  return revisions[1] ?? 0n;
}

/** An annotation that counts something, as an int32; 0 if it is absent or can't be read. */
export function countOf({ metadata: { annotations } }: ReplicaSet, annotation: string): number {
  const value = parseUint64(annotations?.[annotation] ?? '');
  return typeof value === 'bigint' && value < 2n ** 31n ? Number(value) : 0;
}

/** Whether the replica set says for how many replicas of the deployment it was sized, and the number. */
export function desiredReplicasOf(replicaSet: ReplicaSet): number | undefined {
  const value = parseUint64(replicaSet.metadata.annotations?.[DESIRED_REPLICAS] ?? '');
  return typeof value === 'bigint' && value < 2n ** 31n ? Number(value) : undefined;
}

/** Whether an object lacks some of these annotations. */
export function lacks({ metadata: { annotations } }: ReplicaSet, wantedAnnotations: Annotations): boolean {
  return Object.entries(wantedAnnotations).some(([key, value]) => annotations?.[key] !== value);
}

/** The deployment's annotations that its replica sets get as well. */
function inherited({ metadata: { annotations } }: Deployment): Annotations {
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !OWN.has(key)));
}

/**
 * The annotations of the current replica set: the deployment's, the revision, and
 * which revisions it had before (Go: deploymentutil.SetNewReplicaSetAnnotations).
 */
export function replicaSetAnnotations(deployment: Deployment, before: Annotations | undefined, newRevision: bigint): Annotations {
  const annotations: Annotations = { ...before, ...inherited(deployment) };
  const text = annotations[REVISION];
  const oldRevision = parsed(text ?? '');
  if (oldRevision === undefined && text !== undefined && text !== '') return annotations;
  if ((oldRevision ?? 0n) >= newRevision) return annotations;
  annotations[REVISION] = String(newRevision);
  if (text !== undefined) {
    const history = extendedHistory(annotations[REVISION_HISTORY] ?? '', text);
    if (history !== undefined) annotations[REVISION_HISTORY] = history;
  }
  return annotations;
}

/** The list with a further entry, its oldest dropped where it gets too long; undefined if there is no room at all. */
function extendedHistory(history: string, revision: string): string | undefined {
  if (history === '') return revision;
  const entries = history.split(',');
  let length = history.length + revision.length + 1;
  let start = 0;
  while (length > LONGEST_HISTORY && start < entries.length) length -= (entries[start++] ?? '').length + 1;
  return length <= LONGEST_HISTORY ? [...entries.slice(start), revision].join(',') : undefined;
}

/** The deployment's annotations after a rollback to what a replica set holds (Go: SetDeploymentAnnotationsTo). */
export function rolledBackAnnotations(deployment: Deployment, { metadata: { annotations } }: ReplicaSet): Annotations {
  const own = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => OWN.has(key));
  return Object.fromEntries([...own, ...Object.entries(annotations ?? {}).filter(([key]) => !OWN.has(key))]);
}
