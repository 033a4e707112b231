import type { KindGroup } from '../../definition/group.ts';

export const certificatesGroup: KindGroup = {
  name: 'certificates.k8s.io',
  rank: 17300,
  kinds: [],
};
