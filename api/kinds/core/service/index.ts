import { defineKind } from '../../../definition/kind.ts';
import { serviceColumns } from './columns.ts';
import { serviceQuota } from './quota.ts';
import { serviceStrategy } from './rules.ts';
import { Service } from './schema.ts';

export { isHeadless, needsHealthCheck, takesClusterIp } from './defaults.ts';
export * from './schema.ts';

export const services = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
  shortNames: ['svc'],
  categories: ['all'],
  schema: Service,
  columns: serviceColumns,
  subresources: [
    { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'ServiceProxyOptions', query: { path: 'string' }, anyPath: true },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  storagePrefix: 'services/specs',
  quota: serviceQuota,
  strategy: serviceStrategy,
  createdByUpdate: true,
  deletion: { returnsObject: true },
});
