import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import type { Live } from '../../../meta/object.ts';
import { horizontalPodAutoscalerColumns } from './columns.ts';
import { storedAsV2 } from './conversion.ts';
import { defaultHorizontalPodAutoscalerV1 } from './defaults.ts';
import { horizontalPodAutoscalerStrategy } from './rules.ts';
import { HorizontalPodAutoscaler } from './schema.ts';
import { HorizontalPodAutoscalerV1 } from './schema-v1.ts';

export { HorizontalPodAutoscaler } from './schema.ts';
export { HorizontalPodAutoscalerV1 } from './schema-v1.ts';

export const horizontalPodAutoscalers = defineKind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
  shortNames: ['hpa'],
  categories: ['all'],
  schema: HorizontalPodAutoscaler,
  columns: horizontalPodAutoscalerColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: horizontalPodAutoscalerStrategy,
});

/** The columns are those of v2, of which an object of v1 is a view. */
const columnsV1: readonly Column<HorizontalPodAutoscalerV1>[] = horizontalPodAutoscalerColumns.map(({ cell, ...column }) => ({
  ...column,
  cell: (object, now) => {
    const stored = storedAsV2.toStored(object);
    return cell(stored as Live<HorizontalPodAutoscaler>, now);
  },
}));

/** The same kind as old clients know it: with one metric, the use of CPU. */
export const horizontalPodAutoscalersV1 = defineKind<HorizontalPodAutoscalerV1>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
  shortNames: ['hpa'],
  categories: ['all'],
  schema: HorizontalPodAutoscalerV1,
  columns: columnsV1,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: { default: defaultHorizontalPodAutoscalerV1 },
  storedAs: storedAsV2,
});
