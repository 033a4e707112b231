import { semanticEqual } from '../../../../base/equality.ts';
import type { Live } from '../../../meta/object.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, required } from '../../../schema/field-error.ts';
import { childPath, itemText, rootPath } from '../../../validation/field-path.ts';
import { checkNonNegative } from '../../../validation/field-rules.ts';
import { overlapOf, parseIndexes } from './index-intervals.ts';
import { invalidWhole } from './policy-validation.ts';
import type { Job } from './schema.ts';

const STATUS = rootPath('status');
const UNCOUNTED = childPath(STATUS, 'uncountedTerminatedPods');

type Type = 'Complete' | 'Failed' | 'Suspended' | 'FailureTarget' | 'SuccessCriteriaMet';

/** Whether a Job has a condition that is True. */
export const hasCondition = ({ status }: Job, type: Type): boolean =>
  status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

const isFinished = (job: Job): boolean => hasCondition(job, 'Complete') || hasCondition(job, 'Failed');

/** The transitions that a controller of Jobs may make. A part that is wrong already may stay as it is: most rules look at changes only. */
export function validateJobStatus(job: Job, old: Live<Job>): FieldError[] {
  const errors: FieldError[] = [];
  checkCounters(errors, job);
  checkEnd(errors, job, old);
  checkIndexes(errors, job, old);
  checkSuccessCriteria(errors, job);
  checkTransitions(errors, job, old);
  return errors;
}

function checkCounters(errors: FieldError[], { status }: Job): void {
  for (const counter of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const)
    checkNonNegative(errors, status?.[counter], STATUS, counter);
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'] as const) {
    status?.uncountedTerminatedPods?.[list]?.forEach((uid, i) => {
      const field = itemText(UNCOUNTED, list, i);
      if (uid === '') errors.push(invalid(field, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(field, uid));
      seen.add(uid);
    });
  }
}

/** Checks that a finished Job shows its times and nothing that still runs. */
function checkEnd(errors: FieldError[], job: Job, old: Live<Job>): void {
  const { status = {} } = job;
  const before = old.status ?? {};
  const turned = (type: Type) => hasCondition(job, type) !== hasCondition(old, type);
  const complete = hasCondition(job, 'Complete');
  const failed = hasCondition(job, 'Failed');
  const finished = isFinished(job);
  const finishedChanged = finished !== isFinished(old);
  const startChanged = status.startTime !== before.startTime;
  const completionChanged = status.completionTime !== before.completionTime;
  const conditions = (detail: string) => errors.push(invalidWhole('status.conditions', detail));
  if ((turned('Complete') || turned('Failed')) && complete && failed) conditions('cannot set Complete=True and Failed=true conditions');
  if ((turned('Complete') || turned('FailureTarget')) && complete && hasCondition(job, 'FailureTarget')) {
    conditions('cannot set Complete=True and FailureTarget=true conditions');
  }
  if (turned('Complete') || completionChanged) {
    if (status.completionTime && !complete) {
      errors.push(invalid('status.completionTime', status.completionTime, 'cannot set completionTime when there is no Complete=True condition'));
    }
    if (!status.completionTime && complete) errors.push(required('status.completionTime', 'completionTime is required for Complete jobs'));
  }
  if ((startChanged || completionChanged) && status.startTime && status.completionTime && status.completionTime < status.startTime) {
    errors.push(invalid('status.completionTime', status.completionTime, 'completionTime cannot be set before startTime'));
  }
  if ((turned('Failed') || turned('FailureTarget')) && failed && !hasCondition(job, 'FailureTarget')) {
    conditions('cannot set Failed=True condition without the FailureTarget=true condition');
  }
  if ((turned('Complete') || turned('SuccessCriteriaMet')) && complete && !hasCondition(job, 'SuccessCriteriaMet')) {
    conditions('cannot set Complete=True condition without the SuccessCriteriaMet=true condition');
  }
  const active = status.active ?? 0;
  if ((finishedChanged || active !== (before.active ?? 0)) && active > 0 && finished) {
    errors.push(invalid('status.active', active, 'active>0 is invalid for finished job'));
  }
  if ((finishedChanged || startChanged) && !status.startTime && finished) {
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  }
  const uncounted = status.uncountedTerminatedPods;
  const uncountedChanged = !semanticEqual(uncounted, before.uncountedTerminatedPods);
  if ((finishedChanged || uncountedChanged) && finished && (uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0) > 0) {
    const detail = 'uncountedTerminatedPods needs to be empty for finished job';
    errors.push(invalid('status.uncountedTerminatedPods', { Succeeded: uncounted?.succeeded ?? null, Failed: uncounted?.failed ?? null }, detail));
  }
}

function checkIndexes(errors: FieldError[], { spec, status = {} }: Job, old: Live<Job>): void {
  const { completedIndexes = '', failedIndexes } = status;
  const completedChanged = completedIndexes !== (old.status?.completedIndexes ?? '');
  const failedChanged = failedIndexes !== old.status?.failedIndexes;
  const completions = spec?.completions;
  const check = (field: 'completedIndexes' | 'failedIndexes', value: string) => {
    const parsed = parseIndexes(value, completions ?? 0);
    if (!parsed.ok) errors.push(invalid(`status.${field}`, value, `error parsing ${field}: ${parsed.fault}`));
  };
  if (completedChanged && completions !== undefined) check('completedIndexes', completedIndexes);
  const limited = spec?.backoffLimitPerIndex !== undefined;
  if (failedChanged && completions !== undefined && limited && failedIndexes !== undefined) check('failedIndexes', failedIndexes);
  if (completedChanged && completedIndexes !== '' && spec?.completionMode !== 'Indexed') {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    errors.push(invalid('status.completedIndexes', completedIndexes, detail));
  }
  if (failedIndexes === undefined) return;
  if (failedChanged && !limited) {
    errors.push(invalid('status.failedIndexes', failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'));
  }
  if ((failedChanged || completedChanged) && completions !== undefined) {
    const index = overlapOf(completedIndexes, failedIndexes, completions);
    if (index !== undefined) {
      errors.push(invalid('status.failedIndexes', failedIndexes, `failedIndexes and completedIndexes overlap at index: ${index}`));
    }
  }
}

function checkSuccessCriteria(errors: FieldError[], job: Job): void {
  const met = hasCondition(job, 'SuccessCriteriaMet');
  const add = (detail: string) => errors.push(invalidWhole('status.conditions', detail));
  if (met && hasCondition(job, 'Failed')) add('cannot set SuccessCriteriaMet=True and Failed=true conditions');
  if (met && hasCondition(job, 'FailureTarget')) add('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions');
  if (job.spec?.successPolicy && !met && hasCondition(job, 'Complete')) {
    add('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True');
  }
}

function checkTransitions(errors: FieldError[], job: Job, old: Live<Job>): void {
  const { status = {}, spec } = job;
  const before = old.status ?? {};
  const { terminating = 0, ready = 0, active = 0 } = status;
  if ((isFinished(job) !== isFinished(old) || terminating !== (before.terminating ?? 0)) && terminating > 0 && isFinished(job)) {
    errors.push(invalid('status.terminating', terminating, 'terminating>0 is invalid for finished job'));
  }
  if ((ready !== (before.ready ?? 0) || active !== (before.active ?? 0)) && ready > active) {
    errors.push(invalid('status.ready', ready, 'cannot set more ready pods than active'));
  }
  const conditions = (detail: string) => errors.push(invalidWhole('status.conditions', detail));
  for (const type of ['Failed', 'Complete', 'FailureTarget'] as const) {
    if (hasCondition(old, type) && !hasCondition(job, type)) conditions(`cannot disable the terminal ${type}=True condition`);
  }
  if ((status.failed ?? 0) < (before.failed ?? 0)) errors.push(invalid('status.failed', status.failed ?? 0, 'cannot decrease the failed counter'));
  // An elastic Job may have been scaled down.
  const elastic = spec?.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if (!elastic && (status.succeeded ?? 0) < (before.succeeded ?? 0)) {
    errors.push(invalid('status.succeeded', status.succeeded ?? 0, 'cannot decrease the succeeded counter'));
  }
  if (status.completionTime && before.completionTime && status.completionTime !== before.completionTime) {
    errors.push(invalid('status.completionTime', status.completionTime, 'completionTime cannot be mutated'));
  }
  if (before.startTime && before.startTime !== status.startTime && !spec?.suspend) {
    errors.push(required('status.startTime', 'startTime cannot be removed for unsuspended job'));
  }
  const met = hasCondition(job, 'SuccessCriteriaMet');
  const wasMet = hasCondition(old, 'SuccessCriteriaMet');
  if (wasMet && !met) conditions('cannot disable the SuccessCriteriaMet=True condition');
  if (hasCondition(old, 'Complete') && !wasMet && met) {
    conditions('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions');
  }
}
