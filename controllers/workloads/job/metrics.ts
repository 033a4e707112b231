import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import type { JobStatus } from '../../../api/kinds/batch/job/schema.ts';
import { oncePer } from '../../../base/once-per.ts';
import type { Ending } from './assessment.ts';
import type { FailureAction } from './failure-policy.ts';
import { countIndexes, parseIndexes } from './indexes.ts';
import type { JobSettings } from './settings.ts';

/** The work of one round, as upstream's metrics name it. */
export type SyncAction = 'reconciling' | 'tracking' | 'pods_created' | 'pods_deleted';

export interface JobMetrics {
  synced(settings: JobSettings, result: 'success' | 'error', action: SyncAction, seconds: number): void;
  finished(settings: JobSettings, ending: Ending): void;
  /** Counts pods and indexes by the difference of two statuses that were written. */
  counted(settings: JobSettings, before: JobStatus | undefined, after: JobStatus): void;
  policyActions(actions: readonly FailureAction[]): void;
  created(reason: 'new' | 'recreate_terminating_or_failed' | 'recreate_failed', succeeded: number, failed: number): void;
  /** Counts an ended pod that has gained the finalizer, or has lost it. */
  tracked(event: 'add' | 'delete'): void;
  managedBy(controller: string): void;
}

/** 4 ms, doubled up to 65 s. */
const BUCKETS = Array.from({ length: 15 }, (_, i) => 0.004 * 2 ** i);
const modeOf = ({ indexed }: JobSettings) => (indexed ? 'Indexed' : 'NonIndexed');

/** Returns the metrics of the Job controller under upstream's names, made once per registry. */
export const jobMetrics: (registry: Registry) => JobMetrics = oncePer((registry) => {
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name: `job_controller_${name}`, help, labelNames, registers: [registry] });
  const durations = new Histogram({
    name: 'job_controller_job_sync_duration_seconds',
    help: 'Seconds a round of a Job took.',
    labelNames: ['completion_mode', 'result', 'action'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const syncs = counter('job_syncs_total', 'Rounds of Jobs.', 'completion_mode', 'result', 'action');
  const jobs = counter('jobs_finished_total', 'Jobs that have ended.', 'completion_mode', 'result', 'reason');
  const pods = counter('job_pods_finished_total', 'Pods that have ended and are counted.', 'completion_mode', 'result');
  const indexes = counter('job_finished_indexes_total', 'Indexes that have ended.', 'status', 'backoffLimit');
  const actions = counter('pod_failures_handled_by_failure_policy_total', 'Failed pods by the action of the policy.', 'action');
  const creations = counter('job_pods_creation_total', 'Creations of pods by reason and result.', 'reason', 'status');
  const tracking = counter('terminated_pods_tracking_finalizer_total', 'Ended pods that gained or lost the finalizer.', 'event');
  const external = counter('jobs_by_external_controller_total', 'Jobs that another controller runs.', 'controller_name');
  const add = (by: number, inc: (by: number) => void) => {
    if (by > 0) inc(by);
  };
  return {
    synced(settings, result, action, seconds) {
      const labels = { completion_mode: modeOf(settings), result, action };
      durations.observe(labels, seconds);
      syncs.inc(labels);
    },
    finished: (settings, { result, reason }) => jobs.inc({ completion_mode: modeOf(settings), result, reason }),
    counted(settings, before, after) {
      const { completions = 0, limitPerIndex } = settings;
      const mode = modeOf(settings);
      const backoffLimit = limitPerIndex === undefined ? 'global' : 'perIndex';
      const grown = (field: 'completedIndexes' | 'failedIndexes') =>
        before?.[field] === after[field]
          ? 0
          : countIndexes(parseIndexes(after[field], completions)) - countIndexes(parseIndexes(before?.[field], completions));
      const succeeded = settings.indexed ? grown('completedIndexes') : (after.succeeded ?? 0) - (before?.succeeded ?? 0);
      if (settings.indexed) {
        add(succeeded, (by) => indexes.inc({ status: 'succeeded', backoffLimit }, by));
        add(grown('failedIndexes'), (by) => indexes.inc({ status: 'failed', backoffLimit }, by));
      }
      add(succeeded, (by) => pods.inc({ completion_mode: mode, result: 'succeeded' }, by));
      add((after.failed ?? 0) - (before?.failed ?? 0), (by) => pods.inc({ completion_mode: mode, result: 'failed' }, by));
    },
    policyActions: (taken) => {
      for (const action of taken) actions.inc({ action });
    },
    created(reason, succeeded, failed) {
      add(succeeded, (by) => creations.inc({ reason, status: 'succeeded' }, by));
      add(failed, (by) => creations.inc({ reason, status: 'failed' }, by));
    },
    tracked: (event) => tracking.inc({ event }),
    managedBy: (controller) => external.inc({ controller_name: controller }),
  };
});
