import type { Kind } from '../../../api/definition/kind.ts';
import type { CronJob } from '../../../api/kinds/batch/cron-job/schema.ts';
import { isTimeZone } from '../../../api/kinds/batch/cron-job/time-zone.ts';
import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Live } from '../../../api/meta/object.ts';
import { controllerRefTo } from '../../../runtime/control/controller-ref.ts';
import { timeZone, zonedTimeText } from './time-zone.ts';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** Returns the Job of a run. `at` is the time it is scheduled for, in milliseconds since the epoch. */
export function jobOf(cronJobs: Kind, cronJob: Live<CronJob>, name: string, at: number): Job {
  const { jobTemplate, timeZone: zone = '' } = cronJob.spec;
  const { labels, annotations } = jobTemplate.metadata ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      ...(cronJob.metadata.namespace === undefined ? {} : { namespace: cronJob.metadata.namespace }),
      ...(labels ? { labels } : {}),
      annotations: { ...annotations, [SCHEDULED]: zonedTimeText(at, timeZone(isTimeZone(zone) ? zone : '')) },
      ownerReferences: [controllerRefTo(cronJobs, cronJob)],
    },
    ...(jobTemplate.spec ? { spec: jobTemplate.spec } : {}),
  };
}
