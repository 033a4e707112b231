import { describe, expect, it } from '@jest/globals';
import type { KindDefinition } from '../../definition/kind.ts';
import type { KubeObject, Live } from '../../meta/object.ts';
import type { ContainerStatus } from '../../pod/container-status.ts';
import { deployments } from '../apps/deployment.ts';
import { endpointSlices } from '../discovery/endpoint-slice.ts';
import { eventsEvents } from '../events/event.ts';
import { clusterRoleBindings } from '../rbac/role-binding.ts';
import { endpoints } from './endpoints.ts';
import { events } from './event.ts';
import { nodes } from './node/schema.ts';
import type { Pod } from './pod/schema.ts';
import { pods } from './pod/schema.ts';
import { resourceQuotas } from './resource-quota.ts';
import type { Service } from './service/schema.ts';
import { services } from './service/schema.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const metadata = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };

function row<T extends KubeObject>(kind: KindDefinition<T>, object: T): Record<string, unknown> {
  const live: Live<T> = { ...object, metadata: { ...metadata, ...object.metadata } };
  return Object.fromEntries(kind.columns.map((column) => [column.name, column.cell(live, NOW)]));
}

const container = (name: string, extra: Partial<ContainerStatus>): ContainerStatus => ({
  name,
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...extra,
});
const running = { ready: true, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } };
const waiting = (reason: string) => ({ state: { waiting: { reason } } });
const ended = (exitCode: number, reason?: string) => ({ state: { terminated: { exitCode, ...(reason && { reason }) } } });

function pod(spec: Partial<Pod['spec']>, status: Pod['status'], meta: Partial<Pod['metadata']> = {}): Pod {
  return { metadata: meta, spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec }, status };
}

describe('the table of pods', () => {
  it.each<[string, Pod, Record<string, unknown>]>([
    ['that wait for a node', pod({}, { phase: 'Pending' }), { Ready: '0/2', Status: 'Pending', Restarts: '0', IP: '<none>', Node: '<none>' }],
    [
      'that run',
      pod(
        { nodeName: 'n' },
        { phase: 'Running', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }], containerStatuses: [container('a', running), container('b', running)] },
      ),
      { Ready: '2/2', Status: 'Running', Age: '10m', IP: '10.0.0.1', Node: 'n', 'Readiness Gates': '<none>' },
    ],
    [
      'that crash again and again',
      pod(
        {},
        {
          phase: 'Running',
          containerStatuses: [
            container('a', running),
            container('b', {
              ...waiting('CrashLoopBackOff'),
              restartCount: 3,
              lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:09:55Z' } },
            }),
          ],
        },
      ),
      { Ready: '1/2', Status: 'CrashLoopBackOff', Restarts: '3 (5s ago)' },
    ],
    [
      'that have completed',
      pod({}, { phase: 'Succeeded', containerStatuses: [container('a', ended(0, 'Completed'))] }),
      { Ready: '0/2', Status: 'Completed' },
    ],
    [
      'with one container done and one running, ready',
      pod(
        {},
        {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: [container('a', ended(0, 'Completed')), container('b', running)],
        },
      ),
      { Ready: '1/2', Status: 'Running' },
    ],
    [
      'with one container done and one running, not ready',
      pod({}, { phase: 'Running', containerStatuses: [container('a', ended(0, 'Completed')), container('b', running)] }),
      { Status: 'NotReady' },
    ],
    ['that failed without a reason', pod({}, { phase: 'Failed', containerStatuses: [container('a', ended(3))] }), { Status: 'ExitCode:3' }],
    [
      'killed by a signal',
      pod({}, { phase: 'Failed', containerStatuses: [container('a', { state: { terminated: { exitCode: 137, signal: 9 } } })] }),
      { Status: 'Signal:9' },
    ],
    [
      'in their second init container',
      pod(
        { initContainers: [{ name: 'i1' }, { name: 'i2' }] },
        {
          phase: 'Pending',
          initContainerStatuses: [container('i1', ended(0)), container('i2', running)],
          containerStatuses: [container('a', waiting('PodInitializing'))],
        },
      ),
      { Status: 'Init:1/2', Ready: '0/2' },
    ],
    [
      'whose init container crashes',
      pod(
        { initContainers: [{ name: 'i1' }] },
        { phase: 'Pending', initContainerStatuses: [container('i1', { ...waiting('CrashLoopBackOff'), restartCount: 2 })] },
      ),
      { Status: 'Init:CrashLoopBackOff', Restarts: '2' },
    ],
    [
      'with a sidecar that is ready',
      pod(
        { initContainers: [{ name: 's', restartPolicy: 'Always' }] },
        {
          phase: 'Running',
          initContainerStatuses: [container('s', { ...running, started: true })],
          containerStatuses: [container('a', running), container('b', running)],
        },
      ),
      { Ready: '3/3', Status: 'Running' },
    ],
    ['that are being deleted', pod({}, { phase: 'Running' }, { deletionTimestamp: '2026-01-01T00:09:00Z' }), { Status: 'Terminating' }],
    ['on a lost node', pod({}, { phase: 'Running', reason: 'NodeLost' }, { deletionTimestamp: '2026-01-01T00:09:00Z' }), { Status: 'Unknown' }],
    ['that were evicted', pod({}, { phase: 'Failed', reason: 'Evicted' }), { Status: 'Evicted' }],
    [
      'held back by a gate',
      pod({}, { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
      { Status: 'SchedulingGated' },
    ],
    [
      'with readiness gates',
      pod({ readinessGates: [{ conditionType: 'x' }, { conditionType: 'y' }] }, { phase: 'Running', conditions: [{ type: 'x', status: 'True' }] }),
      { 'Readiness Gates': '1/2' },
    ],
  ])('shows those %s', (_name, object, cells) => expect(row(pods, object)).toMatchObject(cells));
});

describe('the table of services', () => {
  it.each<[Service, Record<string, unknown>]>([
    [
      { spec: { type: 'ClusterIP', clusterIPs: ['10.96.0.9'], ports: [{ port: 80, protocol: 'TCP' }] } },
      { 'Cluster-IP': '10.96.0.9', 'External-IP': '<none>', 'Port(s)': '80/TCP', Selector: '<none>' },
    ],
    [
      {
        spec: {
          type: 'NodePort',
          clusterIPs: ['10.96.0.9'],
          ports: [
            { port: 80, nodePort: 30080, protocol: 'TCP' },
            { port: 53, nodePort: 30053, protocol: 'UDP' },
          ],
        },
      },
      { 'Port(s)': '80:30080/TCP,53:30053/UDP' },
    ],
    [{ spec: { type: 'LoadBalancer' } }, { 'External-IP': '<pending>', 'Port(s)': '<none>' }],
    [
      { spec: { type: 'LoadBalancer', externalIPs: ['1.2.3.4'] }, status: { loadBalancer: { ingress: [{ ip: '5.6.7.8' }] } } },
      { 'External-IP': '5.6.7.8,1.2.3.4' },
    ],
    [{ spec: { type: 'ExternalName', externalName: 'a.example' } }, { 'Cluster-IP': '<none>', 'External-IP': 'a.example' }],
    [{ spec: { type: 'ClusterIP', clusterIPs: ['None'], selector: { b: '2', a: '1' } } }, { 'Cluster-IP': 'None', Selector: 'a=1,b=2' }],
  ])('shows %j', (service, cells) => expect(row(services, service)).toMatchObject(cells));
});

describe('other tables', () => {
  it('show a cordoned control-plane node', () => {
    const node = {
      metadata: { labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' } },
      spec: { unschedulable: true },
      status: { conditions: [{ type: 'Ready', status: 'Unknown' }], addresses: [{ type: 'InternalIP', address: '10.0.0.5' }] },
    };
    const cells = {
      Status: 'NotReady,SchedulingDisabled',
      Roles: 'control-plane,worker',
      'Internal-IP': '10.0.0.5',
      'External-IP': '<none>',
      'OS-Image': '<unknown>',
    };
    expect(row(nodes, node)).toMatchObject(cells);
  });

  it('show a deployment with the selector it counts by', () => {
    const deployment = {
      spec: {
        replicas: 3,
        selector: { matchLabels: { b: '1' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['y', 'x'] }] },
        template: {
          spec: {
            containers: [
              { name: 'c1', image: 'i1' },
              { name: 'c2', image: 'i2' },
            ],
          },
        },
      },
      status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 },
    };
    const cells = { Ready: '2/3', 'Up-to-date': 3, Available: 1, Containers: 'c1,c2', Images: 'i1,i2', Selector: 'a in (x,y),b=1' };
    expect(row(deployments, deployment)).toMatchObject(cells);
  });

  it('show an event in its old form and in its new one', () => {
    const old = {
      metadata: {},
      involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{a}' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:09:00Z',
      count: 4,
      type: 'Normal',
      reason: 'Pulled',
      message: 'pulled\n',
      source: { component: 'kubelet', host: 'n' },
    };
    const cells = {
      'Last Seen': '60s',
      'First Seen': '10m',
      Count: 4,
      Object: 'pod/p',
      Subobject: 'spec.containers{a}',
      Source: 'kubelet, n',
      Message: 'pulled',
    };
    expect(row(events, old)).toMatchObject(cells);
    const fresh = {
      metadata: {},
      eventTime: '2026-01-01T00:09:30.000000Z',
      regarding: { kind: 'Node', name: 'n' },
      note: 'hello',
      reportingController: 'c',
      reason: 'R',
    };
    expect(row(eventsEvents, fresh)).toMatchObject({ 'Last Seen': '30s', Object: 'node/n', Message: 'hello', Count: 1, Source: 'c' });
  });

  it('show a quota’s requests and limits apart', () => {
    const quota = { status: { hard: { pods: '10', 'limits.cpu': '2', 'requests.cpu': '1' }, used: { pods: '3', 'limits.cpu': '1' } } };
    expect(row(resourceQuotas, quota)).toMatchObject({ Request: 'pods: 3/10, requests.cpu: 0/1', Limit: 'limits.cpu: 1/2' });
  });

  it('show the first three endpoints and how many follow', () => {
    const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];
    expect(row(endpoints, { subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ port: 80 }] }] }).Endpoints).toBe(
      '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...',
    );
    expect(row(endpoints, {}).Endpoints).toBe('<none>');
    expect(row(endpointSlices, { addressType: 'IPv4', endpoints: [] })).toMatchObject({ Ports: '<unset>', Endpoints: '<unset>' });
  });

  it('show whom a role is bound to', () => {
    const binding = {
      roleRef: { apiGroup: '', kind: 'ClusterRole', name: 'admin' },
      subjects: [
        { kind: 'User', name: 'bob' },
        { kind: 'ServiceAccount', namespace: 'ns', name: 'sa' },
      ],
    };
    expect(row(clusterRoleBindings, binding)).toMatchObject({ Role: 'ClusterRole/admin', Users: 'bob', Groups: '', ServiceAccounts: 'ns/sa' });
  });
});
