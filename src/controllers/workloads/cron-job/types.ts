import type { Typed } from '../../../client/client.js';
import type { CronJob as CronJobType } from '../../../schema/generated/batch-v1.js';

export type CronJob = Typed<CronJobType>;

export const CRON_JOB_KIND = { group: 'batch', version: 'v1', kind: 'CronJob' } as const;
