import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { Lease } from './lease.ts';

export const leaseColumns: readonly Column<Lease>[] = [
  nameColumn,
  shown('Holder', 'Who holds the lease.', (lease) => lease.spec?.holderIdentity ?? ''),
  ageColumn,
];
