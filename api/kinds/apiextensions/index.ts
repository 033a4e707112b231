import type { KindGroup } from '../../definition/group.ts';
import { customResourceDefinitions } from './custom-resource-definition/index.ts';

export const apiextensionsGroup: KindGroup = {
  name: 'apiextensions.k8s.io',
  rank: 16700,
  goPackage: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  kinds: [customResourceDefinitions],
};

export { CustomResourceDefinition, customResourceDefinitions } from './custom-resource-definition/index.ts';
