import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { conditionOf } from '../../_shared/conditions.ts';

/**
 * Returns the time at which an ended Job is to be deleted, in milliseconds since the epoch; undefined for a Job that goes on, has no time to
 * live, or is terminating.
 * @throws Error if the Job does not show when it ended
 */
export function expiryOf(job: Live<Job>): number | undefined {
  const { spec, status, metadata } = job;
  const seconds = spec?.ttlSecondsAfterFinished;
  const end = [conditionOf(status?.conditions, 'Complete'), conditionOf(status?.conditions, 'Failed')].find(
    (condition) => condition?.status === 'True',
  );
  if (seconds === undefined || !end || isDeleting(job)) return undefined;
  if (!end.lastTransitionTime) throw new Error(`unable to find the time when the Job ${metadata.namespace}/${metadata.name} finished`);
  return Date.parse(end.lastTransitionTime) + seconds * 1000;
}
