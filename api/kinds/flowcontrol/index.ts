import type { KindGroup } from '../../definition/group.ts';

export const flowcontrolGroup: KindGroup = {
  name: 'flowcontrol.apiserver.k8s.io',
  rank: 16100,
  kinds: [],
};
