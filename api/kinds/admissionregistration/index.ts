import type { KindGroup } from '../../definition/group.ts';

export const admissionregistrationGroup: KindGroup = {
  name: 'admissionregistration.k8s.io',
  rank: 16700,
  kinds: [],
};
