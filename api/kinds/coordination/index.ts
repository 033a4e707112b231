import type { KindGroup } from '../../definition/group.ts';
import { leases } from './lease.ts';

export const coordinationGroup: KindGroup = {
  name: 'coordination.k8s.io',
  rank: 16500,
  kinds: [leases],
};

export { Lease, leases } from './lease.ts';
