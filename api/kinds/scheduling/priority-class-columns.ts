import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { PriorityClass } from './priority-class.ts';

export const priorityClassColumns: readonly Column<PriorityClass>[] = [
  nameColumn,
  shown('Value', 'The priority its pods get; higher goes first.', (priorityClass) => priorityClass.value ?? 0, 'integer'),
  shown('Global-Default', 'Whether pods without a class get it.', (priorityClass) => priorityClass.globalDefault ?? false, 'boolean'),
  ageColumn,
  shown('PreemptionPolicy', 'Whether its pods may make others go.', (priorityClass) => priorityClass.preemptionPolicy ?? ''),
];
