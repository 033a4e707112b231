import type { KindGroup } from '../../definition/group.ts';

export const networkingGroup: KindGroup = {
  name: 'networking.k8s.io',
  rank: 17200,
  kinds: [],
};
