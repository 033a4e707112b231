import { describe, expect, it } from '@jest/globals';
import { MANDATORY_FLOW_SCHEMAS } from '../../api/kinds/flowcontrol/flow-schema/mandatory.ts';
import type { FlowSchemaSpec, PolicyRulesWithSubjects } from '../../api/kinds/flowcontrol/flow-schema/schema.ts';
import { requestInfoOf } from '../request/request-info.ts';
import { SUGGESTED_FLOW_SCHEMAS } from './bootstrap-configuration.ts';
import { createClassifier } from './classification.ts';

const classifier = (specs: ReadonlyMap<string, FlowSchemaSpec>) => {
  const classify = createClassifier([...specs].map(([name, spec]) => ({ object: { metadata: { name }, spec } })));
  return (name: string, groups: readonly string[], method: string, target: string) => {
    const [path = '', query] = target.split('?');
    return classify({ name, groups }, requestInfoOf(method, path, new URLSearchParams(query)))?.object.metadata?.name;
  };
};

const ACCOUNT = ['system:serviceaccounts', 'system:authenticated'];
const NODE = ['system:nodes', 'system:authenticated'];

describe('upstream’s configuration', () => {
  const classify = classifier(new Map([...MANDATORY_FLOW_SCHEMAS, ...SUGGESTED_FLOW_SCHEMAS]));

  it.each([
    ['exempt', 'admin', ['system:masters'], 'GET', '/api/v1/pods'],
    ['probes', 'system:anonymous', ['system:unauthenticated'], 'GET', '/livez'],
    ['global-default', 'jane', ['system:authenticated'], 'GET', '/livez/etcd'],
    ['global-default', 'jane', ['system:authenticated'], 'POST', '/api/v1/namespaces/a/pods'],
    ['system-leader-election', 'system:kube-scheduler', [], 'PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler'],
    ['kube-scheduler', 'system:kube-scheduler', [], 'GET', '/apis/coordination.k8s.io/v1/leases?watch=1'],
    ['system-leader-election', 'system:serviceaccount:kube-system:op', ACCOUNT, 'GET', '/apis/coordination.k8s.io/v1/namespaces/x/leases/l'],
    ['kube-system-service-accounts', 'system:serviceaccount:kube-system:op', ACCOUNT, 'GET', '/api/v1/pods'],
    ['service-accounts', 'system:serviceaccount:apps:web', ACCOUNT, 'GET', '/api/v1/pods'],
    ['system-node-high', 'system:node:n', NODE, 'PATCH', '/api/v1/nodes/n/status'],
    ['system-node-high', 'system:node:n', NODE, 'PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n'],
    ['system-nodes', 'system:node:n', NODE, 'GET', '/api/v1/nodes/n/proxy'],
    ['system-nodes', 'system:node:n', NODE, 'GET', '/api/v1/pods'],
  ])('takes for %s what %s of %j asks: %s %s', (expected, user, groups, method, target) => {
    expect(classify(user, groups, method, target)).toBe(expected);
  });
});

describe('a flow schema', () => {
  const spec = (matchingPrecedence: number, rule: Partial<PolicyRulesWithSubjects>): FlowSchemaSpec => ({
    priorityLevelConfiguration: { name: 'p' },
    matchingPrecedence,
    rules: [{ subjects: [{ kind: 'User', user: { name: '*' } }], ...rule }],
  });
  const resources = (change: object) => ({ resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], ...change }] });

  it('is chosen by precedence, then by name', () => {
    const classify = classifier(
      new Map([
        ['b', spec(5, resources({ namespaces: ['*'] }))],
        ['a', spec(5, resources({ namespaces: ['*'] }))],
        ['c', spec(4, resources({ namespaces: ['only'] }))],
      ]),
    );
    expect(classify('u', [], 'GET', '/api/v1/namespaces/only/pods')).toBe('c');
    expect(classify('u', [], 'GET', '/api/v1/namespaces/other/pods')).toBe('a');
  });

  it('tells namespaces from the cluster', () => {
    const classify = classifier(
      new Map([
        ['namespaced', spec(1, resources({ namespaces: ['*'] }))],
        ['cluster', spec(2, resources({ clusterScope: true }))],
      ]),
    );
    expect(classify('u', [], 'GET', '/api/v1/namespaces/a/pods')).toBe('namespaced');
    expect(classify('u', [], 'GET', '/api/v1/namespaces/a')).toBe('namespaced');
    expect(classify('u', [], 'GET', '/api/v1/pods')).toBe('cluster');
  });

  it('names subresources apart, and paths up to a wildcard', () => {
    const classify = classifier(
      new Map([
        ['status', spec(1, resources({ resources: ['pods/status'], namespaces: ['*'] }))],
        ['docs', spec(2, { nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/openapi/*'] }] })],
      ]),
    );
    expect(classify('u', [], 'PUT', '/api/v1/namespaces/a/pods/p/status')).toBe('status');
    expect(classify('u', [], 'PUT', '/api/v1/namespaces/a/pods/p')).toBeUndefined();
    expect(classify('u', [], 'GET', '/openapi/v3')).toBe('docs');
    expect(classify('u', [], 'POST', '/openapi/v3')).toBeUndefined();
  });

  it('means service accounts by namespace and name', () => {
    const accounts = (name: string) => ({ kind: 'ServiceAccount', serviceAccount: { namespace: 'a', name } });
    const classify = classifier(
      new Map([
        ['one', spec(1, { ...resources({ namespaces: ['*'] }), subjects: [accounts('web')] })],
        ['all', spec(2, { ...resources({ namespaces: ['*'] }), subjects: [accounts('*')] })],
      ]),
    );
    const by = (user: string) => classify(user, [], 'GET', '/api/v1/namespaces/x/pods');
    expect(by('system:serviceaccount:a:web')).toBe('one');
    expect(by('system:serviceaccount:a:db')).toBe('all');
    expect(by('system:serviceaccount:ab:web')).toBeUndefined();
  });
});
