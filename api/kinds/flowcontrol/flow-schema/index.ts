import { ageColumn, nameColumn, shown } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { flowSchemaStrategy } from './rules.ts';
import { FlowSchema } from './schema.ts';

const flowSchemaColumns: readonly Column<FlowSchema>[] = [
  nameColumn,
  shown('PriorityLevel', 'The priority level of the requests.', ({ spec }) => spec?.priorityLevelConfiguration.name || '<none>'),
  shown(
    'MatchingPrecedence',
    'Its place among the flow schemas that match a request; the lowest is chosen.',
    ({ spec }) => spec?.matchingPrecedence ?? 0,
  ),
  shown('DistinguisherMethod', 'How the requests are divided into flows.', ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>'),
  ageColumn,
  shown(
    'MissingPL',
    'Whether there is no such priority level.',
    ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
  ),
];

export const flowSchemas = defineKind<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  namespaced: false,
  schema: FlowSchema,
  columns: flowSchemaColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: flowSchemaStrategy,
});

export { FlowSchema } from './schema.ts';
