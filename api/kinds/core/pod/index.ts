import { defineKind } from '../../../definition/kind.ts';
import { Eviction } from '../../policy/eviction.ts';
import { podColumns } from './columns.ts';
import { podDeletion } from './deletion.ts';
import { podQuota } from './quota.ts';
import { podStrategy } from './rules.ts';
import { Pod } from './schema.ts';
import { ephemeralContainersRules, resizeRules } from './subresource-validation.ts';

export { podLimits, podRequests, requestsOf } from './resources.ts';
export { podStrategy } from './rules.ts';
export * from './schema.ts';

export const pods = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  shortNames: ['po'],
  categories: ['all'],
  schema: Pod,
  columns: podColumns,
  subresources: [
    { name: 'attach', verbs: ['create', 'get'], kind: 'PodAttachOptions' },
    { name: 'binding', verbs: ['create'], kind: 'Binding' },
    { name: 'ephemeralcontainers', verbs: ['get', 'patch', 'update'], rules: ephemeralContainersRules },
    { name: 'eviction', verbs: ['create'], group: 'policy', version: 'v1', kind: 'Eviction', schema: Eviction },
    { name: 'exec', verbs: ['create', 'get'], kind: 'PodExecOptions' },
    { name: 'log', verbs: ['get'] },
    { name: 'portforward', verbs: ['create', 'get'], kind: 'PodPortForwardOptions' },
    { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'PodProxyOptions' },
    { name: 'resize', verbs: ['get', 'patch', 'update'], rules: resizeRules },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  podTemplate: (pod) => pod,
  quota: podQuota,
  strategy: podStrategy,
  deletion: podDeletion,
  indexedFields: ['spec.nodeName'],
});
