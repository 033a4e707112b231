import type { Kind } from '../../../api/definition/kind.ts';
import type { CronJob } from '../../../api/kinds/batch/cron-job/schema.ts';
import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { creationSkew } from './metrics.ts';
import { createCronJobReconcile } from './reconcile.ts';
import { timingOf, untilNextRun } from './timing.ts';

export interface CronJobKinds {
  readonly cronJobs: Kind<CronJob>;
  readonly jobs: Kind<Job>;
}

/** Makes Jobs at the times of CronJobs (pkg/controller/cronjob). */
export function cronJobController(kinds: CronJobKinds): ControllerDefinition {
  return {
    name: 'cronjob-controller',
    component: 'cronjob-controller',
    concurrency: 5,
    setup(env) {
      const cronJobs = env.informers.of(kinds.cronJobs);
      creationSkew(env.registry);
      cronJobs.on({
        update(cronJob, old) {
          if (isRescheduled(cronJob, old)) awaitNewSchedule(env, cronJob);
        },
      });
      return {
        for: primary(kinds.cronJobs, { when: { create: true, update: (cronJob, old) => !isRescheduled(cronJob, old), delete: true } }),
        owns: [kinds.jobs],
        reconcile: createCronJobReconcile({ env, cronJobs, jobs: env.informers.of(kinds.jobs) }),
      };
    },
  };
}

const isRescheduled = ({ spec }: Live<CronJob>, { spec: old }: Live<CronJob>): boolean =>
  spec.schedule !== old.schedule || spec.timeZone !== old.timeZone;

/** A new schedule holds from now on: no run of it is made up for. */
function awaitNewSchedule(env: ControllerEnv, cronJob: Live<CronJob>): void {
  const timing = timingOf(cronJob.spec);
  if (!timing.ok) {
    env.recorder.event(cronJob, 'Warning', 'UnParseableCronJobSchedule', `unparseable schedule for cronjob: ${cronJob.spec.schedule}`);
    return;
  }
  const afterMs = untilNextRun(cronJob, env.clock.now(), timing.next);
  if (afterMs !== undefined) env.enqueue(keyOf(cronJob), { afterMs });
}
