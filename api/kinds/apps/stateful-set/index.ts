import { ageColumn, nameColumn, shown } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { templateColumns } from '../../../pod/template/pod-template-columns.ts';
import { Scale } from '../../autoscaling/scale.ts';
import { statefulSetStrategy } from './rules.ts';
import { StatefulSet } from './schema.ts';

export { statefulSetStrategy } from './rules.ts';
export { StatefulSet } from './schema.ts';

const statefulSetColumns: readonly Column<StatefulSet>[] = [
  nameColumn,
  shown('Ready', 'How many pods are ready, of how many asked for.', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  ageColumn,
  ...templateColumns<StatefulSet>(),
];

export const statefulSets = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  namespaced: true,
  shortNames: ['sts'],
  categories: ['all'],
  schema: StatefulSet,
  podTemplate: ({ spec }) => spec?.template,
  columns: statefulSetColumns,
  subresources: [
    { name: 'scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1', kind: 'Scale', schema: Scale },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  strategy: statefulSetStrategy,
});
