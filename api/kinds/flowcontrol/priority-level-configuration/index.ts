import { ageColumn, nameColumn, shown } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { priorityLevelConfigurationStrategy } from './rules.ts';
import type { QueuingConfiguration } from './schema.ts';
import { PriorityLevelConfiguration } from './schema.ts';

type QueuingField = keyof QueuingConfiguration;
const queuingColumn = (name: string, field: QueuingField, description: string): Column<PriorityLevelConfiguration> =>
  shown(name, description, ({ spec }) => spec?.limited?.limitResponse?.queuing?.[field] ?? '<none>');

const priorityLevelColumns: readonly Column<PriorityLevelConfiguration>[] = [
  nameColumn,
  shown('Type', 'Whether its requests are limited.', ({ spec }) => spec?.type ?? ''),
  shown('NominalConcurrencyShares', "Its share of the server's seats.", ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? '<none>'),
  queuingColumn('Queues', 'queues', 'The number of its queues.'),
  queuingColumn('HandSize', 'handSize', 'The queues that one flow may use.'),
  queuingColumn('QueueLengthLimit', 'queueLengthLimit', 'The most requests that wait in a queue.'),
  ageColumn,
];

export const priorityLevelConfigurations = defineKind<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  namespaced: false,
  schema: PriorityLevelConfiguration,
  columns: priorityLevelColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: priorityLevelConfigurationStrategy,
});

export { PriorityLevelConfiguration } from './schema.ts';
