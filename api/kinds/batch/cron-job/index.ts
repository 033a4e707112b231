import { ageColumn, nameColumn, selectorText, shown, wide } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { since } from '../../../columns/human-duration.ts';
import { defineKind } from '../../../definition/kind.ts';
import { containerImages, containerNames } from '../../../pod/template/pod-template-columns.ts';
import { cronJobStrategy } from './rules.ts';
import { CronJob } from './schema.ts';

export { cronJobStrategy } from './rules.ts';
export { CronJob } from './schema.ts';

const suspendText = (suspend: boolean | undefined): string => (suspend === undefined ? '<unset>' : suspend ? 'True' : 'False');

const cronJobColumns: readonly Column<CronJob>[] = [
  nameColumn,
  shown('Schedule', 'When Jobs are made.', ({ spec }) => spec?.schedule ?? ''),
  shown('Timezone', 'The time zone of the schedule.', ({ spec }) => spec?.timeZone ?? '<none>'),
  shown('Suspend', 'Whether Jobs are held back.', ({ spec }) => suspendText(spec?.suspend), 'boolean'),
  shown('Active', 'How many Jobs run.', ({ status }) => status?.active?.length ?? 0, 'integer'),
  shown('Last Schedule', 'How long ago a Job was last made.', ({ status }, now) =>
    status?.lastScheduleTime ? since(status.lastScheduleTime, now) : '<none>',
  ),
  ageColumn,
  wide('Containers', 'The containers of the template.', ({ spec }) => containerNames(spec?.jobTemplate?.spec ?? {})),
  wide('Images', 'Their images.', ({ spec }) => containerImages(spec?.jobTemplate?.spec ?? {})),
  wide('Selector', 'The selector of the template, which the server makes for each Job.', ({ spec }) =>
    selectorText(spec?.jobTemplate?.spec?.selector),
  ),
];

export const cronJobs = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  namespaced: true,
  shortNames: ['cj'],
  categories: ['all'],
  schema: CronJob,
  podTemplate: ({ spec }) => spec?.jobTemplate?.spec?.template,
  columns: cronJobColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: cronJobStrategy,
});
