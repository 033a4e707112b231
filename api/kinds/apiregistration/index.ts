import type { KindGroup } from '../../definition/group.ts';

export const apiregistrationGroup: KindGroup = {
  name: 'apiregistration.k8s.io',
  rank: 17900,
  goPackage: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
  kinds: [],
};
