import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { exponentialDelay } from '../../../base/backoff.ts';
import { failuresBefore, finishedAt, ignoredFailuresBefore } from './job-pods.ts';

/** The failures of a Job's pods since the last success. Kept in memory: after a restart the delays begin anew, as upstream's do. */
export interface FailureRun {
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly lastFailureAt: number;
}

export const NO_FAILURES: FailureRun = { failures: 0, lastFailureAt: 0 };

const FIRST_DELAY_MS = 10_000;
const MAX_DELAY_MS = 600_000;

/** Adds pods that ended since the last look. A success starts the count anew: only the failures after it count. */
export function withEnded(run: FailureRun, succeeded: readonly Live<Pod>[], failed: readonly Live<Pod>[]): FailureRun {
  if (succeeded.length === 0 && failed.length === 0) return run;
  const failures = failed.map(finishedAt);
  if (succeeded.length === 0) return { failures: run.failures + failures.length, lastFailureAt: Math.max(...failures) };
  const lastSuccess = Math.max(...succeeded.map(finishedAt));
  const later = failures.filter((at) => at > lastSuccess);
  return later.length === 0 ? NO_FAILURES : { failures: later.length, lastFailureAt: Math.max(...later) };
}

/** Returns the milliseconds until a failed pod may be replaced: 10 s after its end, doubled with each further failure up to 10 min. */
export function remainingMs({ failures, lastFailureAt }: FailureRun, now: number): number {
  if (failures === 0) return 0;
  return Math.max(0, lastFailureAt + exponentialDelay(failures - 1, FIRST_DELAY_MS, MAX_DELAY_MS) - now);
}

/** Returns the milliseconds until the last failed pod of an index may be replaced. */
export function remainingMsOfIndex(lastFailed: Live<Pod> | undefined, now: number): number {
  if (!lastFailed) return 0;
  const failures = failuresBefore(lastFailed) + ignoredFailuresBefore(lastFailed) + 1;
  return remainingMs({ failures, lastFailureAt: finishedAt(lastFailed) }, now);
}
