import type { KindGroup } from '../../definition/group.ts';
import { cronJobs } from './cron-job/index.ts';
import { jobs } from './job/index.ts';

export const batchGroup: KindGroup = {
  name: 'batch',
  rank: 17400,
  kinds: [jobs, cronJobs],
};

export { CronJob, cronJobs } from './cron-job/index.ts';
export { Job, jobs } from './job/index.ts';
