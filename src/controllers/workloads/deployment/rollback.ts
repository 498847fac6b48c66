import { parseInt64 } from '../../../apimachinery/strconv.js';
import { lastRevision, revisionOf, ROLLBACK_TO, rolledBackAnnotations } from './annotations.js';
import type { DeploymentSync } from './deployment-sync.js';
import { equalTemplates, POD_TEMPLATE_HASH } from './replica-sets.js';
import { allOf, type Deployment, type ReplicaSet } from './types.js';

const NOT_FOUND = 'DeploymentRollbackRevisionNotFound';

/** The revision that clients of the first API version ask to go back to; 0 means the one before. */
export function rollbackRevision({ metadata: { annotations } }: Deployment): bigint | undefined {
  const text = annotations?.[ROLLBACK_TO];
  if (text === undefined || text === '') return undefined;
  const revision = parseInt64(text);
  return typeof revision === 'bigint' ? revision : undefined;
}

/** Takes the template of an earlier revision (Go: deployment.rollback). */
export async function rollBack(sync: DeploymentSync, owned: readonly ReplicaSet[], asked: bigint): Promise<void> {
  const replicaSets = allOf(await sync.replicaSets(owned, true));
  const revision = asked === 0n ? lastRevision(replicaSets) : asked;
  const found = revision === 0n ? undefined : replicaSets.find((replicaSet) => revisionOf(replicaSet) === revision);
  if (found === undefined) {
    sync.warn(NOT_FOUND, revision === 0n ? 'Unable to find last revision.' : 'Unable to find the revision to rollback to.');
    await clearRollback(sync);
    return;
  }
  const { name = '' } = sync.deployment.metadata;
  if (equalTemplates(sync.deployment.spec.template, found.spec.template)) {
    sync.warn('DeploymentRollbackTemplateUnchanged', `The rollback revision contains the same template as current deployment "${name}"`);
    await clearRollback(sync);
    return;
  }
  takeTemplate(sync, found);
  await clearRollback(sync);
  sync.note('DeploymentRollback', `Rolled back deployment "${name}" to revision ${String(revision)}`);
}

function takeTemplate(sync: DeploymentSync, replicaSet: ReplicaSet): void {
  const { deployment } = sync;
  const { metadata, spec } = replicaSet.spec.template;
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = metadata.labels ?? {};
  sync.deployment = {
    ...deployment,
    metadata: { ...deployment.metadata, annotations: rolledBackAnnotations(deployment, replicaSet) },
    spec: { ...deployment.spec, template: { metadata: { ...metadata, labels }, spec } },
  };
}

async function clearRollback(sync: DeploymentSync): Promise<void> {
  const { metadata } = sync.deployment;
  const { [ROLLBACK_TO]: _rollback, ...annotations } = metadata.annotations ?? {};
  sync.deployment = { ...sync.deployment, metadata: { ...metadata, annotations } };
  await sync.writeSpec();
}
