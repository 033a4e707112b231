import { ageColumn, nameColumn, shown } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { podDisruptionBudgetStrategy } from './rules.ts';
import { PodDisruptionBudget } from './schema.ts';

export { PodDisruptionBudget } from './schema.ts';

const amountText = (value: number | string | undefined): string => (value === undefined ? 'N/A' : String(value));

const podDisruptionBudgetColumns: readonly Column<PodDisruptionBudget>[] = [
  nameColumn,
  shown('Min Available', 'Pods that must be there.', ({ spec }) => amountText(spec?.minAvailable)),
  shown('Max Unavailable', 'Pods that may be missing.', ({ spec }) => amountText(spec?.maxUnavailable)),
  shown('Allowed Disruptions', 'Pods that may be evicted now.', ({ status }) => status?.disruptionsAllowed ?? 0, 'integer'),
  ageColumn,
];

export const podDisruptionBudgets = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
  shortNames: ['pdb'],
  schema: PodDisruptionBudget,
  columns: podDisruptionBudgetColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: podDisruptionBudgetStrategy,
});
