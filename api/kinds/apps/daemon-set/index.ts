import { ageColumn, labelsText, nameColumn, selectorText, shown, wide } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { templateColumns } from '../../../pod/template/pod-template-columns.ts';
import { daemonSetStrategy } from './rules.ts';
import { DaemonSet } from './schema.ts';

export { daemonSetStrategy } from './rules.ts';
export { DaemonSet } from './schema.ts';

const daemonSetColumns: readonly Column<DaemonSet>[] = [
  nameColumn,
  shown('Desired', 'How many nodes should run a pod.', ({ status }) => status?.desiredNumberScheduled ?? 0, 'integer'),
  shown('Current', 'How many of them do.', ({ status }) => status?.currentNumberScheduled ?? 0, 'integer'),
  shown('Ready', 'How many nodes have a pod that is ready.', ({ status }) => status?.numberReady ?? 0, 'integer'),
  shown('Up-to-date', 'How many nodes have a pod of the newest template.', ({ status }) => status?.updatedNumberScheduled ?? 0, 'integer'),
  shown('Available', 'How many nodes have a pod that has been ready for long enough.', ({ status }) => status?.numberAvailable ?? 0, 'integer'),
  shown('Node Selector', 'The labels that nodes must have.', ({ spec }) => labelsText(spec?.template?.spec?.nodeSelector)),
  ageColumn,
  ...templateColumns<DaemonSet>(),
  wide('Selector', 'The labels of the pods it counts.', ({ spec }) => selectorText(spec?.selector)),
];

export const daemonSets = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  namespaced: true,
  shortNames: ['ds'],
  categories: ['all'],
  schema: DaemonSet,
  podTemplate: ({ spec }) => spec?.template,
  columns: daemonSetColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: daemonSetStrategy,
});
