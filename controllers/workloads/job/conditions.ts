import type { Job, JobCondition } from '../../../api/kinds/batch/job/schema.ts';
import { timeText } from '../../../base/clock.ts';
import { conditionOf } from '../../_shared/conditions.ts';

export type JobConditionType = 'Complete' | 'Failed' | 'Suspended' | 'FailureTarget' | 'SuccessCriteriaMet';

/** Returns the condition if it is True. */
export function trueCondition({ status }: Pick<Job, 'status'>, type: JobConditionType): JobCondition | undefined {
  const condition = conditionOf(status?.conditions, type);
  return condition?.status === 'True' ? condition : undefined;
}

/** Returns the condition by which a Job has ended, Complete or Failed; undefined while it has not. */
export const endOf = (job: Pick<Job, 'status'>): JobCondition | undefined => trueCondition(job, 'Complete') ?? trueCondition(job, 'Failed');

export const hasEnded = (job: Pick<Job, 'status'>): boolean => endOf(job) !== undefined;

/** A condition without its times. */
export interface ConditionText {
  readonly type: JobConditionType;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/**
 * Sets a condition, with new times if anything in it differs. A condition that is missing is not added as False. Returns the same list if
 * nothing changes.
 */
export function withJobCondition(conditions: readonly JobCondition[], next: ConditionText, now: number): readonly JobCondition[] {
  const current = conditionOf(conditions, next.type);
  if (!current && next.status === 'False') return conditions;
  if (current && current.status === next.status && (current.reason ?? '') === next.reason && (current.message ?? '') === next.message) {
    return conditions;
  }
  const time = timeText(now);
  const condition: JobCondition = { ...next, lastProbeTime: time, lastTransitionTime: time };
  return current ? conditions.map((one) => (one === current ? condition : one)) : [...conditions, condition];
}
