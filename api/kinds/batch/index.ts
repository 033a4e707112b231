import type { KindGroup } from '../../definition/group.ts';

export const batchGroup: KindGroup = {
  name: 'batch',
  rank: 17400,
  kinds: [],
};
