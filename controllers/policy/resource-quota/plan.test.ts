import { describe, expect, it } from '@jest/globals';
import type { Kind } from '../../../api/definition/kind.ts';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { ResourceQuota } from '../../../api/kinds/core/resource-quota.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { countedKinds, planStatus } from './plan.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');
type Spec = NonNullable<ResourceQuota['spec']>;
const quota = (spec: Spec, status: ResourceQuota['status'] = {}): Live<ResourceQuota> => ({
  metadata: { name: 'q', namespace: 'default', uid: 'q', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec,
  status,
});
const pod = (more: Partial<NonNullable<Pod['spec']>> = {}, rest: Partial<Pod> = {}): Pod => ({
  spec: { containers: [{ name: 'a', resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1' } } }], ...more },
  ...rest,
});
const used = (spec: Spec, ...objects: [Kind, KubeObject[]][]) =>
  planStatus(
    quota(spec),
    objects.map(([kind, list]) => ({ kind, objects: list })),
    NOW,
  )?.used;

const important = { priorityClassName: 'high' };
const bestEffort = { containers: [{ name: 'a' }] };
const finite = { activeDeadlineSeconds: 60 };
const elsewhere = {
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', namespaces: ['other'] }] } },
};
const gone = (secondsAgo: number): Partial<Pod> => ({
  metadata: { name: 'p', deletionTimestamp: new Date(NOW - secondsAgo * 1000).toISOString(), deletionGracePeriodSeconds: 30 },
});

describe('a quota counts', () => {
  it.each<[string, Spec, Pod[], Record<string, string>]>([
    [
      'requests and limits, under both of their names',
      { hard: { cpu: '9', 'requests.memory': '9Gi', 'limits.cpu': '9', pods: '9', 'count/pods': '9' } },
      [pod(), pod()],
      { cpu: '1', 'requests.memory': '2Gi', 'limits.cpu': '2', pods: '2', 'count/pods': '2' },
    ],
    [
      'pods that have ended by their place in storage only',
      { hard: { pods: '9', 'count/pods': '9', cpu: '9' } },
      [pod({}, { status: { phase: 'Succeeded' } }), pod()],
      { pods: '1', 'count/pods': '2', cpu: '500m' },
    ],
    ['pods that are being deleted, for as long as they may take', { hard: { pods: '9' } }, [pod({}, gone(29)), pod({}, gone(31))], { pods: '1' }],
    ['what ends by itself, in the scope Terminating', { hard: { pods: '9' }, scopes: ['Terminating'] }, [pod(finite), pod()], { pods: '1' }],
    ['what does not, in NotTerminating', { hard: { pods: '9' }, scopes: ['NotTerminating'] }, [pod(finite), pod(), pod()], { pods: '2' }],
    ['what asks for nothing, in BestEffort', { hard: { pods: '9' }, scopes: ['BestEffort'] }, [pod(bestEffort), pod()], { pods: '1' }],
    [
      'what meets all scopes',
      { hard: { pods: '9' }, scopes: ['NotBestEffort', 'Terminating'] },
      [pod(finite), pod({ ...bestEffort, ...finite }), pod()],
      { pods: '1' },
    ],
    [
      'the priority classes that it selects',
      { hard: { pods: '9' }, scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } },
      [pod(important), pod(), pod({ priorityClassName: 'low' })],
      { pods: '1' },
    ],
    ['affinity to pods of other namespaces', { hard: { pods: '9' }, scopes: ['CrossNamespacePodAffinity'] }, [pod(elsewhere), pod()], { pods: '1' }],
  ])('%s', (_, spec, objects, expected) => {
    expect(used(spec, [pods, objects])).toEqual(expected);
  });

  it('objects of any kind, and services by what they take', () => {
    const hard = { 'count/deployments.apps': '9', configmaps: '9', services: '9', 'services.nodeports': '9', 'services.loadbalancers': '9' };
    const balanced = { spec: { type: 'LoadBalancer', ports: [{ port: 80 }, { port: 81 }] } };
    expect(
      used({ hard }, [deployments, [{}, {}]], [configMaps, [{}]], [services, [{ spec: { type: 'ClusterIP' } }, balanced] as KubeObject[]]),
    ).toEqual({
      'count/deployments.apps': '2',
      configmaps: '1',
      services: '2',
      'services.nodeports': '2',
      'services.loadbalancers': '1',
    });
  });

  it('nothing of what has left: it goes back to zero', () => {
    expect(used({ hard: { pods: '9', cpu: '9' } }, [pods, []])).toEqual({ pods: '0', cpu: '0' });
  });
});

describe('the status of a quota', () => {
  const hard = { pods: '9' };
  it('is left alone where it is right, however it is written', () => {
    expect(planStatus(quota({ hard }, { hard, used: { pods: '1' } }), [{ kind: pods, objects: [pod()] }], NOW)).toBeUndefined();
  });
  it('follows the limits', () => {
    expect(planStatus(quota({ hard }, { hard: { pods: '1' }, used: { pods: '1' } }), [{ kind: pods, objects: [pod()] }], NOW)).toEqual({
      hard,
      used: { pods: '1' },
    });
  });
});

it('only kinds that it counts are followed', () => {
  const kinds = [pods, services, configMaps, deployments];
  expect(countedKinds(quota({ hard: { 'requests.cpu': '1', 'count/deployments.apps': '1' } }), kinds).map(({ plural }) => plural)).toEqual([
    'pods',
    'deployments',
  ]);
});
