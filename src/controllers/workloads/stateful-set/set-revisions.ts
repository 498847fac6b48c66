import { isStatus } from '../../../apimachinery/status.js';
import type { Client } from '../../../client/client.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { CONTROLLER_REVISIONS } from '../../../component-helpers/resources.js';
import type { PodTemplateSpec } from '../../../schema/generated/core-v1.js';
import {
  byRevision,
  deleteRevision,
  equalData,
  newRevision,
  renumber,
  revisionData,
  revisionHash,
  revisionName,
  type ControllerRevision,
} from '../common/revisions.js';
import { revisionOf } from './stateful-pod.js';
import { STATEFUL_SET_KIND, type StatefulSet } from './types.js';

const HASH_LABEL = 'controller.kubernetes.io/hash';

/** The revision that pods are of by and by, and the one that they were of. */
export interface SetRevisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

/**
 * Sees to it that a revision holds the set's template (Go: getStatefulSetRevisions).
 * @param known all revisions of the set
 */
export async function syncRevisions(client: Client, set: StatefulSet, known: readonly ControllerRevision[]): Promise<SetRevisions> {
  const sorted = [...known].sort(byRevision);
  const last = sorted.at(-1);
  const data = revisionData(set.spec.template);
  const number = (last?.revision ?? 0) + 1;
  const equal = sorted.filter((revision) => equalData(revision.data, data)).at(-1);
  const given = set.status.collisionCount ?? 0;
  const [update, collisionCount] =
    equal === undefined
      ? await createRevision(client, set, number, given)
      : [equal === last ? equal : await renumber(client, equal, number), given];
  const current = sorted.find(({ metadata }) => metadata.name === set.status.currentRevision) ?? update;
  return { current, update, collisionCount };
}

async function createRevision(
  client: Client,
  set: StatefulSet,
  revision: number,
  collisionCount: number,
): Promise<readonly [ControllerRevision, number]> {
  const { name = '', namespace, annotations } = set.metadata;
  const target = { resource: CONTROLLER_REVISIONS, namespace };
  const data = revisionData(set.spec.template);
  const labels = { ...set.spec.template.metadata.labels, [HASH_LABEL]: revisionHash(data, collisionCount) };
  for (let probe = collisionCount; ; probe++) {
    const named = revisionName(name, revisionHash(data, probe));
    const made = newRevision({ owner: set, ownerKind: STATEFUL_SET_KIND, name: named, labels, annotations, data, revision });
    try {
      return [await client.create(target, made), probe];
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
      const found = await client.get<ControllerRevision>(target, named);
      if (equalData(found.data, data)) return [found, probe];
    }
  }
}

/** The set with the template of a revision (Go: ApplyRevision). */
export function applyRevision(set: StatefulSet, { data }: ControllerRevision): StatefulSet {
  const { template } = (data as { readonly spec?: { readonly template?: PodTemplateSpec & { $patch?: string } } }).spec ?? {};
  if (template === undefined) return set;
  const { $patch: _patch, ...rest } = template;
  return { ...set, spec: { ...set.spec, template: { ...rest, metadata: rest.metadata ?? {} } } };
}

/** Deletes revisions beyond the limit that nothing is of any more, oldest first (Go: truncateHistory). */
export async function truncateHistory(
  client: Client,
  { spec: { revisionHistoryLimit = 10 } }: StatefulSet,
  known: readonly ControllerRevision[],
  pods: readonly Pod[],
  { current, update }: SetRevisions,
): Promise<void> {
  const live = new Set([current.metadata.name, update.metadata.name, ...pods.map(revisionOf)]);
  const idle = [...known].sort(byRevision).filter(({ metadata }) => !live.has(metadata.name));
  for (const revision of idle.slice(0, Math.max(0, idle.length - revisionHistoryLimit))) await deleteRevision(client, revision);
}
