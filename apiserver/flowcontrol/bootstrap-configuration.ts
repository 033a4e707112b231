import { everythingOf } from '../../api/kinds/flowcontrol/flow-schema/mandatory.ts';
import type { FlowSchemaSpec, FlowSubject, PolicyRulesWithSubjects, ResourcePolicyRule } from '../../api/kinds/flowcontrol/flow-schema/schema.ts';
import { EXEMPT } from '../../api/kinds/flowcontrol/names.ts';
import type { PriorityLevelConfigurationSpec, QueuingConfiguration } from '../../api/kinds/flowcontrol/priority-level-configuration/schema.ts';

const AUTHENTICATED = 'system:authenticated';
const UNAUTHENTICATED = 'system:unauthenticated';
const NODES = 'system:nodes';

const user = (name: string): FlowSubject => ({ kind: 'User', user: { name } });
const kubeSystemAccounts: FlowSubject = { kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name: '*' } };

const queued = (
  nominalConcurrencyShares: number,
  lendablePercent: number,
  queuing: Pick<QueuingConfiguration, 'queues' | 'handSize'>,
): PriorityLevelConfigurationSpec => ({
  type: 'Limited',
  limited: { nominalConcurrencyShares, limitResponse: { type: 'Queue', queuing: { ...queuing, queueLengthLimit: 50 } }, lendablePercent },
});

/**
 * Upstream's suggested configuration (k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap, default.go), which an administrator may change: leader
 * election and the heartbeats of nodes have seats of their own, so that no flood of other requests makes a cluster lose its leaders or nodes.
 */
export const SUGGESTED_PRIORITY_LEVELS: ReadonlyMap<string, PriorityLevelConfigurationSpec> = new Map([
  ['system', queued(30, 33, { queues: 64, handSize: 6 })],
  ['node-high', queued(40, 25, { queues: 64, handSize: 6 })],
  ['leader-election', queued(10, 0, { queues: 16, handSize: 4 })],
  ['workload-high', queued(40, 50, { queues: 128, handSize: 6 })],
  ['workload-low', queued(100, 90, { queues: 128, handSize: 6 })],
  ['global-default', queued(20, 50, { queues: 128, handSize: 6 })],
]);

const everythingBy = (...subjects: readonly FlowSubject[]): PolicyRulesWithSubjects => ({ ...everythingOf(), subjects: [...subjects] });

const schema = (
  level: string,
  matchingPrecedence: number,
  distinguisher: 'ByUser' | 'ByNamespace' | undefined,
  ...rules: readonly PolicyRulesWithSubjects[]
): FlowSchemaSpec => ({
  priorityLevelConfiguration: { name: level },
  matchingPrecedence,
  ...(distinguisher ? { distinguisherMethod: { type: distinguisher } } : {}),
  rules: [...rules],
});

const leases = (verbs: readonly string[]): ResourcePolicyRule => ({
  verbs: [...verbs],
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  namespaces: ['*'],
});

const ofGroup = (name: string): FlowSubject => ({ kind: 'Group', group: { name } });

export const SUGGESTED_FLOW_SCHEMAS: ReadonlyMap<string, FlowSchemaSpec> = new Map([
  ['system-nodes', schema('system', 500, 'ByUser', everythingOf(NODES))],
  [
    'system-node-high',
    schema('node-high', 400, 'ByUser', {
      subjects: [ofGroup(NODES)],
      resourceRules: [{ verbs: ['*'], apiGroups: [''], resources: ['nodes', 'nodes/status'], clusterScope: true, namespaces: ['*'] }, leases(['*'])],
    }),
  ],
  [
    'probes',
    schema(EXEMPT, 2, undefined, {
      subjects: [ofGroup(UNAUTHENTICATED), ofGroup(AUTHENTICATED)],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    }),
  ],
  [
    'system-leader-election',
    schema('leader-election', 100, 'ByUser', {
      subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), kubeSystemAccounts],
      resourceRules: [leases(['get', 'create', 'update'])],
    }),
  ],
  ['kube-controller-manager', schema('workload-high', 800, 'ByNamespace', everythingBy(user('system:kube-controller-manager')))],
  ['kube-scheduler', schema('workload-high', 800, 'ByNamespace', everythingBy(user('system:kube-scheduler')))],
  ['kube-system-service-accounts', schema('workload-high', 900, 'ByNamespace', everythingBy(kubeSystemAccounts))],
  ['service-accounts', schema('workload-low', 9000, 'ByUser', everythingOf('system:serviceaccounts'))],
  ['global-default', schema('global-default', 9900, 'ByUser', everythingOf(UNAUTHENTICATED, AUTHENTICATED))],
]);
