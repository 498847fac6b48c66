import { isStatus } from '../../../apimachinery/status.js';
import type { Client } from '../../../client/client.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { podTemplateHash } from '../../../component-helpers/pod-template-hash.js';
import { CONTROLLER_REVISIONS, DAEMON_SETS, PODS } from '../../../component-helpers/resources.js';
import {
  byRevision,
  deleteRevision,
  equalData,
  newest,
  newRevision,
  renumber,
  REVISION_HASH,
  revisionData,
  type ControllerRevision,
} from '../common/revisions.js';
import { DAEMON_SET_KIND, type DaemonSet } from './types.js';

/** The revision that holds the template as it is now, and the others. */
export interface History {
  readonly current: ControllerRevision;
  readonly old: readonly ControllerRevision[];
}

/**
 * Sees to it that a revision holds the template (Go: constructHistory).
 * @param owned the revisions that the daemon set controls
 * @param pods its pods
 */
export async function constructHistory(
  client: Client,
  daemonSet: DaemonSet,
  owned: readonly ControllerRevision[],
  pods: readonly Pod[],
): Promise<History> {
  const data = revisionData(daemonSet.spec.template);
  const labelled: ControllerRevision[] = [];
  for (const revision of owned) labelled.push(await withHashLabel(client, revision));
  const same = labelled.filter((revision) => equalData(revision.data, data));
  const old = labelled.filter((revision) => !same.includes(revision));
  const number = newest(old) + 1;
  const kept = await deduplicate(client, same, pods);
  if (kept === undefined) return { current: await snapshot(client, daemonSet, number), old };
  return { current: (kept.revision ?? 0) < number ? await renumber(client, kept, number) : kept, old };
}

async function withHashLabel(client: Client, revision: ControllerRevision): Promise<ControllerRevision> {
  const { metadata } = revision;
  if (metadata.labels?.[REVISION_HASH] !== undefined) return revision;
  const labels = { ...metadata.labels, [REVISION_HASH]: metadata.name ?? '' };
  return await client.update<ControllerRevision>(
    { resource: CONTROLLER_REVISIONS, namespace: metadata.namespace },
    { ...revision, metadata: { ...metadata, labels } },
  );
}

/** Of revisions that hold the same the newest stays, and the pods are said to be of it. */
async function deduplicate(
  client: Client,
  same: readonly ControllerRevision[],
  pods: readonly Pod[],
): Promise<ControllerRevision | undefined> {
  const kept = same.reduce<ControllerRevision | undefined>(
    (best, revision) => (best === undefined || (revision.revision ?? 0) >= (best.revision ?? 0) ? revision : best),
    undefined,
  );
  if (same.length <= 1 || kept === undefined) return kept;
  const hash = kept.metadata.labels?.[REVISION_HASH];
  for (const { metadata } of pods) {
    if (metadata.labels?.[REVISION_HASH] === hash) continue;
    const patch = { metadata: { labels: { [REVISION_HASH]: hash } } };
    await client.patch({ resource: PODS, namespace: metadata.namespace }, metadata.name ?? '', 'merge', patch);
  }
  for (const revision of same) if (revision !== kept) await deleteRevision(client, revision);
  return kept;
}

async function snapshot(client: Client, daemonSet: DaemonSet, revision: number): Promise<ControllerRevision> {
  const { metadata, spec, status } = daemonSet;
  const { namespace, annotations } = metadata;
  const target = { resource: CONTROLLER_REVISIONS, namespace };
  const hash = podTemplateHash(spec.template, status.collisionCount);
  const data = revisionData(spec.template);
  const labels = { ...spec.template.metadata.labels, [REVISION_HASH]: hash };
  const name = `${metadata.name ?? ''}-${hash}`;
  const made = newRevision({ owner: daemonSet, ownerKind: DAEMON_SET_KIND, name, labels, annotations, data, revision });
  try {
    return await client.create(target, made);
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error;
    const found = await client.get<ControllerRevision>(target, name);
    if (equalData(found.data, data)) return found;
    // Another revision has the name: the next hash is another one.
    const collisionCount = (status.collisionCount ?? 0) + 1;
    await client.update(
      { resource: DAEMON_SETS, namespace, subresource: 'status' },
      { ...daemonSet, status: { ...status, collisionCount } },
    );
    throw error;
  }
}

/** Deletes old revisions beyond the limit that no pod is of any more, oldest first (Go: cleanupHistory). */
export async function cleanUpHistory(
  client: Client,
  { spec: { revisionHistoryLimit = 10 } }: DaemonSet,
  old: readonly ControllerRevision[],
  pods: readonly Pod[],
): Promise<void> {
  let surplus = old.length - revisionHistoryLimit;
  const live = new Set(pods.map(({ metadata }) => metadata.labels?.[REVISION_HASH] ?? ''));
  for (const revision of [...old].sort(byRevision)) {
    if (surplus <= 0) break;
    if (live.has(revision.metadata.labels?.[REVISION_HASH] ?? '')) continue;
    await deleteRevision(client, revision);
    surplus--;
  }
}
