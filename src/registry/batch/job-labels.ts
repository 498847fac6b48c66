import type { Job } from '../../schema/generated/batch-v1.js';
import { sortKeys } from '../../schema/sort-keys.js';
import type { Typed } from '../object.js';

export const JOB_NAME = 'batch.kubernetes.io/job-name';
export const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
/** The same from before such labels had prefixes. */
export const LEGACY_JOB_NAME = 'job-name';
export const LEGACY_CONTROLLER_UID = 'controller-uid';

/**
 * Gives a job labels on its template and a selector by which only its own pods
 * are found, unless it brings its own selector (Go: generateSelectorIfNeeded).
 * Conflicting labels stay: validation refuses them.
 *
 * A job without labels shares those of its template from the time when defaults
 * were filled in, so it gets the new ones as well.
 */
export function generateSelector(job: Typed<Job>): void {
  const { spec, metadata } = job;
  if (spec.manualSelector === true) return;
  const { name = '', uid = '' } = metadata;
  const template = spec.template.metadata;
  const generated = { [LEGACY_JOB_NAME]: name, [JOB_NAME]: name, [LEGACY_CONTROLLER_UID]: uid, [CONTROLLER_UID]: uid };
  const labels = sortKeys({ ...generated, ...template.labels });
  if (template.labels !== undefined && metadata.labels === template.labels) metadata.labels = labels;
  template.labels = labels;
  const { matchLabels, ...rest } = spec.selector ?? {};
  spec.selector = { matchLabels: sortKeys({ [CONTROLLER_UID]: uid, ...matchLabels }), ...rest };
}
