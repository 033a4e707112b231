import { describe, expect, it } from '@jest/globals';
import { configMaps } from '../kinds/core/config-map.ts';
import type { Pod } from '../kinds/core/pod/index.ts';
import { podLevelRequests, podLimits, podRequests, pods } from '../kinds/core/pod/index.ts';
import { services } from '../kinds/core/service/index.ts';
import { matchesScopes, quotaResourcesFor, sumUsage, usageOf } from './usage.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const pod = (spec: Partial<NonNullable<Pod['spec']>>, rest: Partial<Pod> = {}): Pod => ({ spec: { containers: [], ...spec }, ...rest });
const container = (name: string, requests: Record<string, string>, limits?: Record<string, string>) => ({
  name,
  resources: { requests, ...(limits ? { limits } : {}) },
});

describe('the requests of a pod', () => {
  it('are the sum of its containers', () => {
    expect(podRequests(pod({ containers: [container('a', { cpu: '100m' }), container('b', { cpu: '1', memory: '1Gi' })] }))).toEqual({
      cpu: '1100m',
      memory: '1Gi',
    });
  });

  it('are those of the hungriest init container where that is more', () => {
    const init = [container('small', { cpu: '10m' }), container('big', { cpu: '2' })];
    expect(podRequests(pod({ containers: [container('a', { cpu: '1' })], initContainers: init }))).toEqual({ cpu: '2' });
  });

  it('count a sidecar together with the containers and with the init containers after it', () => {
    const sidecar = { ...container('proxy', { cpu: '500m' }), restartPolicy: 'Always' };
    expect(podRequests(pod({ containers: [container('a', { cpu: '1' })], initContainers: [sidecar] }))).toEqual({ cpu: '1500m' });
    expect(podRequests(pod({ containers: [container('a', { cpu: '1' })], initContainers: [sidecar, container('big', { cpu: '2' })] }))).toEqual({
      cpu: '2500m',
    });
  });

  it('follow the pod level where it is set, and add overhead', () => {
    const spec = {
      containers: [container('a', { cpu: '1', 'example.com/gpu': '1' })],
      resources: { requests: { cpu: '3' } },
      overhead: { cpu: '250m' },
    };
    expect(podRequests(pod(spec))).toEqual({ cpu: '3250m', 'example.com/gpu': '1' });
  });

  it('add overhead to limits only where there is a limit', () => {
    expect(podLimits(pod({ containers: [container('a', {}, { cpu: '1' })], overhead: { cpu: '1', memory: '1Gi' } }))).toEqual({ cpu: '2' });
  });

  it('keep what the node still holds during a resize', () => {
    const status = {
      containerStatuses: [{ name: 'a', image: '', imageID: '', ready: true, restartCount: 0, resources: { requests: { cpu: '2' } } }],
    };
    expect(podRequests(pod({ containers: [container('a', { cpu: '1' })] }, { status }))).toEqual({ cpu: '2' });
  });

  it('are what the node holds, while it says that a resize cannot be', () => {
    const status = {
      containerStatuses: [{ name: 'a', image: '', imageID: '', ready: true, restartCount: 0, allocatedResources: { cpu: '2' } }],
      conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }],
    };
    expect(podRequests(pod({ containers: [container('a', { cpu: '100' })] }, { status }))).toEqual({ cpu: '2' });
  });
});

describe('what a node sets aside for a pod as a whole', () => {
  const resources = { requests: { cpu: '3', memory: '1Gi' } };
  const status = { resources: { requests: { cpu: '2', memory: '2Gi' } }, allocatedResources: { cpu: '4', memory: '1Gi' } };
  const infeasible = { ...status, conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }] };
  it.each([
    ['nothing, if the pod asks for nothing as a whole', pod({}, { status }), undefined],
    ['what it asks for, before a node has it', pod({ resources }), { cpu: '3', memory: '1Gi' }],
    ['the most of what it asks for, was given and has', pod({ resources }, { status }), { cpu: '4', memory: '2Gi' }],
    [
      'what it has, while the node says that a resize cannot be',
      pod({ resources: { requests: { cpu: '9' } } }, { status: infeasible }),
      { cpu: '4' },
    ],
  ])('is %s', (_what, object, expected) => {
    expect(podLevelRequests(object)).toEqual(expected);
  });

  it('does not count the status of init containers that end', () => {
    const held = [{ name: 'i', image: '', imageID: '', ready: true, restartCount: 0, resources: { requests: { cpu: '5' } } }];
    const object = (more: object) =>
      pod({ containers: [], initContainers: [{ ...container('i', { cpu: '1' }), ...more }] }, { status: { initContainerStatuses: held } });
    expect(podRequests(object({}))).toEqual({ cpu: '1' });
    expect(podRequests(object({ restartPolicy: 'Always' }))).toEqual({ cpu: '5' });
  });
});

describe('usage', () => {
  it('of a pod names requests, limits, extended resources and counts', () => {
    const object = pod({ containers: [container('a', { cpu: '1', 'example.com/gpu': '2' }, { memory: '1Gi', 'ephemeral-storage': '1G' })] });
    expect(usageOf(pods, object, NOW)).toEqual({
      'count/pods': '1',
      pods: '1',
      cpu: '1',
      'requests.cpu': '1',
      'requests.example.com/gpu': '2',
      'limits.memory': '1Gi',
      'limits.ephemeral-storage': '1G',
    });
  });

  it.each([
    ['ended', { status: { phase: 'Succeeded' } }],
    ['past its grace period', { metadata: { deletionTimestamp: '2025-12-31T23:59:00Z', deletionGracePeriodSeconds: 30 } }],
  ])('of a pod that has %s is its place in storage alone', (_, rest) => {
    expect(usageOf(pods, pod({ containers: [container('a', { cpu: '1' })] }, rest), NOW)).toEqual({ 'count/pods': '1' });
  });

  it.each([
    ['ClusterIP', {}, '0', '0'],
    ['NodePort', {}, '2', '0'],
    ['LoadBalancer', {}, '2', '1'],
    ['LoadBalancer', { allocateLoadBalancerNodePorts: false }, '0', '1'],
  ])('of a %s service with %j counts node ports and load balancers', (type, more, nodePorts, loadBalancers) => {
    const spec = { type, ports: [{ port: 80 }, { port: 443 }], ...more };
    expect(usageOf(services, { spec } as never, NOW)).toEqual({
      'count/services': '1',
      services: '1',
      'services.nodeports': nodePorts,
      'services.loadbalancers': loadBalancers,
    });
  });

  it('of any other kind is a count, under its bare name too where quotas know that', () => {
    expect(usageOf(configMaps, {}, NOW)).toEqual({ 'count/configmaps': '1', configmaps: '1' });
    expect(usageOf({ group: 'apps', plural: 'deployments' }, {}, NOW)).toEqual({ 'count/deployments.apps': '1' });
  });

  it('can be asked for of some resources alone', () => {
    const object = pod({ containers: [container('a', { cpu: '1', 'example.com/a': '1', 'example.com/b': '2' }, { memory: '1Gi' })] });
    expect(usageOf(pods, object, NOW, new Set(['requests.cpu', 'requests.example.com/b', 'limits.memory', 'pods']))).toEqual({
      'count/pods': '1',
      pods: '1',
      cpu: '1',
      'requests.cpu': '1',
      'requests.example.com/b': '2',
      'limits.memory': '1Gi',
    });
  });

  it('of a kind of another group that shares the plural of a known one is a count', () => {
    const spec = { type: 'LoadBalancer', ports: [{ port: 80 }] };
    expect(usageOf({ group: 'example.dev', plural: 'services' }, { spec } as never, NOW)).toEqual({ 'count/services.example.dev': '1' });
    const hard = { pods: '1', cpu: '1', 'count/pods': '1', 'count/pods.example.dev': '1' };
    expect(quotaResourcesFor({ group: 'example.dev', plural: 'pods' }, hard)).toEqual(['count/pods.example.dev']);
  });

  it('adds up to what the quota names, zero where nothing is used', () => {
    expect(
      sumUsage(
        ['cpu', 'memory', 'pods'],
        [
          { cpu: '100m', pods: '1', 'limits.cpu': '4' },
          { cpu: '1', pods: '1' },
        ],
      ),
    ).toEqual({ cpu: '1100m', memory: '0', pods: '2' });
  });
});

describe('a quota', () => {
  it('charges a kind for the resources it covers', () => {
    const hard = {
      cpu: '1',
      'requests.example.com/gpu': '1',
      'requests.hugepages-2Mi': '1',
      services: '1',
      'count/pods': '1',
      'count/deployments.apps': '1',
      'example.com/gpu': '1',
    };
    expect(quotaResourcesFor(pods, hard)).toEqual(['cpu', 'requests.example.com/gpu', 'requests.hugepages-2Mi', 'count/pods']);
    expect(quotaResourcesFor({ group: 'apps', plural: 'deployments' }, hard)).toEqual(['count/deployments.apps']);
  });

  const anyPod = pod({ containers: [container('a', { cpu: '1' })], priorityClassName: 'high' });
  const bare = pod({ containers: [{ name: 'a' }], activeDeadlineSeconds: 10 });
  it.each([
    [{ scopes: ['Terminating'] }, false, true],
    [{ scopes: ['NotTerminating'] }, true, false],
    [{ scopes: ['BestEffort'] }, false, true],
    [{ scopes: ['NotBestEffort', 'NotTerminating'] }, true, false],
    [{ scopes: ['PriorityClass'] }, true, false],
    [{ scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } }, true, false],
    [{ scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'NotIn', values: ['high'] }] } }, false, true],
    [{ scopes: ['CrossNamespacePodAffinity'] }, false, false],
    [{}, true, true],
  ])('with %j covers the pods in scope', (spec, first, second) => {
    expect(matchesScopes(spec, pods, anyPod)).toBe(first);
    expect(matchesScopes(spec, pods, bare)).toBe(second);
  });

  it('with scopes covers nothing but pods', () => {
    expect(matchesScopes({ scopes: ['NotTerminating'] }, services, {})).toBe(false);
  });

  it('on CPU or memory asks each container to name them', () => {
    const object = pod({ containers: [container('a', { cpu: '1' }), container('b', {}, { memory: '1Gi' })], initContainers: [{ name: 'i' }] });
    expect(pods.quota?.refusal?.(object, ['pods', 'requests.cpu', 'limits.memory'])).toBe(
      'must specify limits.memory for: a,i; requests.cpu for: b,i',
    );
    expect(pods.quota?.refusal?.(object, ['pods', 'ephemeral-storage'])).toBeUndefined();
    const whole = { ...object, spec: { ...object.spec, containers: [], resources: { limits: { memory: '1Gi' } } } };
    expect(pods.quota?.refusal?.({ ...whole, spec: { ...whole.spec, containers: [{ name: 'a' }] } }, ['requests.cpu'])).toBeUndefined();
  });
});
