import { defineKind } from '../../../definition/kind.ts';
import { Eviction } from '../../policy/eviction.ts';
import { podColumns } from './columns.ts';
import { podDeletion } from './deletion.ts';
import { ephemeralContainersRules } from './ephemeral-containers-validation.ts';
import { podQuota } from './quota.ts';
import { resizeRules } from './resize-validation.ts';
import { podStrategy } from './rules.ts';
import { Pod } from './schema.ts';

export { podLevelRequests, podLimits, podRequests, requestsOf } from './resources.ts';
export { podStrategy } from './rules.ts';
export * from './schema.ts';

const STREAMS = { container: 'string', stderr: 'boolean', stdin: 'boolean', stdout: 'boolean', tty: 'boolean' } as const;
const LOG_OPTIONS = {
  container: 'string',
  follow: 'boolean',
  insecureSkipTLSVerifyBackend: 'boolean',
  limitBytes: 'integer',
  pretty: 'string',
  previous: 'boolean',
  sinceSeconds: 'integer',
  stream: 'string',
  tailLines: 'integer',
  timestamps: 'boolean',
} as const;

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
    { name: 'attach', verbs: ['create', 'get'], kind: 'PodAttachOptions', query: STREAMS },
    { name: 'binding', verbs: ['create'], kind: 'Binding' },
    { name: 'ephemeralcontainers', verbs: ['get', 'patch', 'update'], rules: ephemeralContainersRules },
    { name: 'eviction', verbs: ['create'], group: 'policy', version: 'v1', kind: 'Eviction', schema: Eviction },
    { name: 'exec', verbs: ['create', 'get'], kind: 'PodExecOptions', query: { command: 'string', ...STREAMS } },
    { name: 'log', verbs: ['get'], query: LOG_OPTIONS },
    { name: 'portforward', verbs: ['create', 'get'], kind: 'PodPortForwardOptions', query: { ports: 'integer' } },
    { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'PodProxyOptions', query: { path: 'string' }, anyPath: true },
    { name: 'resize', verbs: ['get', 'patch', 'update'], rules: resizeRules },
    { name: 'status', verbs: ['get', 'patch', 'update'] },
  ],
  podTemplate: (pod) => pod,
  quota: podQuota,
  strategy: podStrategy,
  deletion: podDeletion,
  indexedFields: ['spec.nodeName'],
});
