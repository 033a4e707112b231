import type { Strategy } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import { childPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults, checkChoice, checkNonNegative } from '../../../validation/field-rules.ts';
import { defaultJobTemplate } from '../job/defaults.ts';
import { jobSpecWarnings } from '../job/rules.ts';
import type { JobSpec } from '../job/schema.ts';
import { checkJobSpec } from '../job/spec-validation.ts';
import { scheduleFault } from './schedule.ts';
import type { CronJob, CronJobSpec } from './schema.ts';
import { isTimeZone, timeZoneFaults } from './time-zone.ts';

const SPEC = rootPath('spec');
const JOB_SPEC = childPath(childPath(SPEC, 'jobTemplate'), 'spec');
const ZONE_IN_SCHEDULE = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
/** The Jobs of a CronJob are named after it, with eleven characters more, and may have 63. */
const MAX_NAME = 52;

function defaultCronJob(job: CronJob): void {
  const { spec } = job;
  if (!spec) return;
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  spec.jobTemplate ??= {};
  const jobSpec: Partial<JobSpec> = spec.jobTemplate.spec ?? {};
  spec.jobTemplate.spec = { ...jobSpec, template: jobSpec.template ?? {} };
  defaultJobTemplate(spec.jobTemplate.spec);
}

function checkSpec(errors: FieldError[], spec: Partial<CronJobSpec>, old: Partial<CronJobSpec> | undefined): void {
  if (!spec.schedule) errors.push(required('spec.schedule'));
  else checkSchedule(errors, spec.schedule, spec.timeZone, old?.schedule?.includes('TZ') ?? false);
  checkNonNegative(errors, spec.startingDeadlineSeconds, SPEC, 'startingDeadlineSeconds');
  if (spec.timeZone !== undefined && (!old || old.timeZone !== spec.timeZone)) {
    addFaults(errors, timeZoneFaults(spec.timeZone), spec.timeZone, SPEC, 'timeZone');
  }
  checkChoice(errors, spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'], SPEC, 'concurrencyPolicy');
  const jobSpec: Partial<JobSpec> = spec.jobTemplate?.spec ?? {};
  checkJobSpec(errors, jobSpec, JOB_SPEC);
  if (jobSpec.selector) errors.push(invalid(pathText(JOB_SPEC, 'selector'), jobSpec.selector, '`selector` will be auto-generated'));
  if (jobSpec.manualSelector) errors.push(notSupported(pathText(JOB_SPEC, 'manualSelector'), jobSpec.manualSelector, ['nil', 'false']));
  for (const limit of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const) checkNonNegative(errors, spec[limit], SPEC, limit);
}

/** A zone within the schedule is refused, unless the object has one already. */
function checkSchedule(errors: FieldError[], schedule: string, timeZone: string | undefined, allowsZone: boolean): void {
  const fault = scheduleFault(schedule, isTimeZone);
  if (fault !== undefined) errors.push(invalid('spec.schedule', schedule, fault));
  if (!schedule.includes('TZ')) return;
  if (!allowsZone) errors.push(invalid('spec.schedule', schedule, ZONE_IN_SCHEDULE));
  else if (timeZone !== undefined) {
    errors.push(invalid('spec.schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  }
}

function warnings(job: CronJob, old: Live<CronJob> | undefined): string[] {
  const texts = jobSpecWarnings(job, old, job.spec?.jobTemplate?.spec, 'spec.jobTemplate.spec');
  if (job.spec?.schedule?.includes('TZ')) texts.push(`spec.schedule: ${ZONE_IN_SCHEDULE}`);
  return texts;
}

export const cronJobStrategy: Strategy<CronJob> = {
  generation: 'content',
  default: defaultCronJob,
  prepareForCreate: (job) => {
    job.status = {};
  },
  prepareForUpdate: (job, old) => {
    job.status = old.status;
  },
  prepareForStatusUpdate: (job, old) => {
    if (old.spec) job.spec = old.spec;
  },
  validate: (job) => {
    const errors: FieldError[] = [];
    checkSpec(errors, job.spec ?? {}, undefined);
    const name = job.metadata?.name ?? '';
    if (name.length > MAX_NAME) errors.push(invalid('metadata.name', name, `must be no more than ${MAX_NAME} characters`));
    return errors;
  },
  validateUpdate: (job, old) => {
    const errors: FieldError[] = [];
    checkSpec(errors, job.spec ?? {}, old.spec ?? {});
    return errors;
  },
  warnings,
};
