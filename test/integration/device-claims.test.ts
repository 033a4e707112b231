import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { container, deployment } from '../support/manifests.ts';

const DRIVER = 'gpu.example.com';

const deviceClass = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'DeviceClass',
  metadata: { name: 'gpu' },
  spec: { selectors: [{ cel: { expression: `device.driver == "${DRIVER}"` } }] },
};
const slice = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceSlice',
  metadata: { name: 'node-0-gpus' },
  spec: {
    driver: DRIVER,
    nodeName: 'node-0',
    pool: { name: 'node-0', generation: 1, resourceSliceCount: 1 },
    devices: [{ name: 'gpu-0' }, { name: 'gpu-1' }],
  },
};
const claimTemplate = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaimTemplate',
  metadata: { name: 'one-gpu' },
  spec: { spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } } },
};
const podTemplate = {
  metadata: { labels: { app: 'train' } },
  spec: {
    containers: [container('web:1', { resources: { claims: [{ name: 'gpu' }] } })],
    resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one-gpu' }],
  },
};

describe('pods with claims from a template', () => {
  let cluster: KubectlCluster;
  let kubectl: Kubectl;
  beforeAll(async () => {
    cluster = await startKubectlCluster({ nodes: 2 });
    kubectl = await cluster.namespace('devices');
    for (const object of [deviceClass, slice, claimTemplate]) await kubectl.input(object, 'create', '-f', '-');
  });
  afterAll(() => cluster.stop());

  const rows = async (...args: string[]) => (await kubectl('get', ...args, '--no-headers')).split('\n').filter((row) => row !== '');
  const running = async () => (await rows('pods', '-l', 'app=train', '--field-selector=status.phase=Running')).length;
  const devices = async () =>
    (await kubectl.path('{.items[*].status.allocation.devices.results[*].device}', 'resourceclaims'))
      .split(' ')
      .filter((name) => name !== '')
      .sort();

  it('run where the devices are, each with a device of its own', async () => {
    await kubectl.input(deployment('train', 2, { template: podTemplate }), 'create', '-f', '-');
    await kubectl('rollout', 'status', 'deployment/train', '--timeout=60s');
    expect(await kubectl.path('{.items[*].spec.nodeName}', 'pods')).toBe('node-0 node-0');
    expect(await devices()).toEqual(['gpu-0', 'gpu-1']);
    for (const claim of await rows('resourceclaims')) expect(claim).toMatch(/^train-[0-9a-f]+-\w+-gpu-[0-9a-f]{5} +allocated,reserved +[\dms]+$/);
  });

  it('wait for a device, say why, and get the one that another pod gives back', async () => {
    await kubectl('scale', 'deployment/train', '--replicas=3');
    await eventually(async () =>
      expect(await kubectl.path('{.items[*].message}', 'events', '--field-selector=reason=FailedScheduling')).toContain(
        '0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, preemption: 0/2 nodes are available: 2 Preemption is not helpful',
      ),
    );
    expect(await running()).toBe(2);
    const [holder] = (await kubectl.path('{.items[?(@.spec.nodeName)].metadata.name}', 'pods')).split(' ');
    await kubectl('scale', 'deployment/train', '--replicas=2');
    await eventually(async () => expect(await rows('pods', '-l', 'app=train')).toHaveLength(2));
    await kubectl('scale', 'deployment/train', '--replicas=3');
    await kubectl('delete', 'pod', `${holder}`, '--wait=false');
    await eventually(async () => {
      expect(await running()).toBe(2);
      expect(await rows('pods', `${holder}`, '--ignore-not-found')).toEqual([]);
      expect(await devices()).toEqual(['gpu-0', 'gpu-1']);
    });
  });

  it('take their claims along', async () => {
    await kubectl('delete', 'deployment/train');
    await eventually(async () => expect(await rows('resourceclaims')).toEqual([]));
  });
});
