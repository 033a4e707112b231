import { ageColumn, nameColumn, selectorText, shown, wide } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { humanDuration } from '../../../columns/human-duration.ts';
import { defineKind } from '../../../definition/kind.ts';
import type { Live } from '../../../meta/object.ts';
import { templateColumns } from '../../../pod/template/pod-template-columns.ts';
import { jobStrategy } from './rules.ts';
import { Job } from './schema.ts';
import { hasCondition } from './status-validation.ts';

export { jobStrategy } from './rules.ts';
export { Job } from './schema.ts';

function statusText(job: Live<Job>): string {
  if (hasCondition(job, 'Complete')) return 'Complete';
  if (hasCondition(job, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp) return 'Terminating';
  if (hasCondition(job, 'Suspended')) return 'Suspended';
  if (hasCondition(job, 'FailureTarget')) return 'FailureTarget';
  return hasCondition(job, 'SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

/** `2/3`, or `0/1 of 5` where any one of several pods may complete the Job. */
function completionsText({ spec, status }: Live<Job>): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: Live<Job>, now: number): string {
  if (!status?.startTime) return '';
  return humanDuration((status.completionTime ? Date.parse(status.completionTime) : now) - Date.parse(status.startTime));
}

const jobColumns: readonly Column<Job>[] = [
  nameColumn,
  shown('Status', 'What has become of the Job.', statusText),
  shown('Completions', 'How many pods have succeeded, of how many that must.', completionsText),
  shown('Duration', 'How long the Job has run.', durationText),
  ageColumn,
  ...templateColumns<Job>(),
  wide('Selector', 'The labels of the pods it counts.', ({ spec }) => selectorText(spec?.selector)),
];

export const jobs = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  namespaced: true,
  categories: ['all'],
  schema: Job,
  podTemplate: ({ spec }) => spec?.template,
  columns: jobColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: jobStrategy,
  deletion: { orphansDependents: true },
});
