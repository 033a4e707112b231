import type { KindGroup } from '../../definition/group.ts';

export const storageGroup: KindGroup = {
  name: 'storage.k8s.io',
  rank: 16800,
  kinds: [],
};
