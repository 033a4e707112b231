import type { KindGroup } from '../../definition/group.ts';
import { apiServices } from './api-service/index.ts';

export const apiregistrationGroup: KindGroup = {
  name: 'apiregistration.k8s.io',
  // Upstream puts it before all others: the group has no APIService of its own.
  rank: 20_001,
  versionPriorities: {},
  goPackage: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
  kinds: [apiServices],
};

export * from './api-service/index.ts';
