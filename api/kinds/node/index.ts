import type { KindGroup } from '../../definition/group.ts';

export const nodeGroup: KindGroup = {
  name: 'node.k8s.io',
  rank: 16300,
  kinds: [],
};
