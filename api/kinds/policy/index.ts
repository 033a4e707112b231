import type { KindGroup } from '../../definition/group.ts';

export const policyGroup: KindGroup = {
  name: 'policy',
  rank: 17100,
  kinds: [],
};

export { Eviction } from './eviction.ts';
