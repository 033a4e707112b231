import { ObjectMeta } from '../../../meta/object-meta.ts';
import { ObjectReference } from '../../../pod/reference.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, boolean, int32, int64, ref, string, struct, time, topLevel } from '../../../schema/fields.ts';
import { JobSpec } from '../job/schema.ts';

export const JobTemplateSpec = struct('JobTemplateSpec', 'A Job to be made.', {
  metadata: ref(ObjectMeta, 'Labels and annotations of the Jobs.', { presence: 'filled' }).tag(1).optional(),
  spec: ref(JobSpec, 'The pods of the Jobs.', { presence: 'filled' }).tag(2).optional(),
});
export type JobTemplateSpec = Infer<typeof JobTemplateSpec>;

export const CronJobSpec = struct('CronJobSpec', 'Which Jobs are made, and when.', {
  concurrencyPolicy: string('What happens at a time when the Job before still runs: Allow a second one, Forbid it, or Replace the first.', {
    goType: 'ConcurrencyPolicy',
    enum: ['Allow', 'Forbid', 'Replace'],
  })
    .tag(3)
    .optional(),
  failedJobsHistoryLimit: int32('How many failed Jobs are kept.', { presence: 'pointer', default: 1 }).tag(7).optional(),
  jobTemplate: ref(JobTemplateSpec, 'The Jobs to create.').tag(5),
  schedule: string('When, in the form of cron: minute, hour, day of month, month, day of week.').tag(1),
  startingDeadlineSeconds: int64('Seconds that a Job may be late; after that it is skipped.', { presence: 'pointer' }).tag(2).optional(),
  successfulJobsHistoryLimit: int32('How many succeeded Jobs are kept.', { presence: 'pointer', default: 3 }).tag(6).optional(),
  suspend: boolean('Make no Jobs for now.', { presence: 'pointer', default: false }).tag(4).optional(),
  timeZone: string('Time zone of the schedule, such as Europe/Berlin; that of the controller, if left out.', { presence: 'pointer' })
    .tag(8)
    .optional(),
});
export type CronJobSpec = Infer<typeof CronJobSpec>;

export const CronJobStatus = struct('CronJobStatus', 'What became of a CronJob.', {
  active: atomicList(ObjectReference, 'Jobs that run.').tag(1).optional(),
  lastScheduleTime: time('When a Job was last made.', { presence: 'pointer' }).tag(4).optional(),
  lastSuccessfulTime: time('When a Job last succeeded.', { presence: 'pointer' }).tag(5).optional(),
});
export type CronJobStatus = Infer<typeof CronJobStatus>;

export const CronJob = topLevel('CronJob', 'Makes Jobs at the times of a schedule.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(CronJobSpec, 'What is wanted.').tag(2),
  status: ref(CronJobStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type CronJob = Infer<typeof CronJob>;
