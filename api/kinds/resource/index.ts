import type { KindGroup } from '../../definition/group.ts';

export const resourceGroup: KindGroup = {
  name: 'resource.k8s.io',
  rank: 16200,
  kinds: [],
};
