import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { deviceClasses } from '../../api/kinds/resource/device-class.ts';
import { resourceClaims } from '../../api/kinds/resource/resource-claim.ts';
import { resourceSlices } from '../../api/kinds/resource/resource-slice.ts';
import { eventually } from '../cluster/eventually.ts';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';

const NODES = ['node-0', 'node-1'];
const driver = 'gpu.example.com';
const key = (name: string) => ({ namespace: 'default', name });
const container = { name: 'c', image: 'x' };

describe('device claims in a cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2 });
    const { client } = cluster;
    const selectors = [{ cel: { expression: `device.driver == "${driver}"` } }];
    await client.create(deviceClasses, { metadata: { name: 'gpu' }, spec: { selectors, extendedResourceName: 'example.com/gpu' } });
    for (const [index, name] of NODES.entries()) {
      const attributes = { model: { string: index === 0 ? 'small' : 'large' } };
      const devices = ['d0', 'd1'].map((device) => ({ name: device, attributes, capacity: { memory: { value: '40Gi' } } }));
      const pool = { name, generation: 1, resourceSliceCount: 1 };
      await client.create(resourceSlices, { metadata: { name: `slice-${index}` }, spec: { driver, pool, nodeName: name, devices } });
    }
  });
  afterAll(() => cluster.stop());

  it('are allocated, protected and reserved for the pod that names them', async () => {
    const { client } = cluster;
    const selectors = [{ cel: { expression: `device.attributes["${driver}"].model == "large"` } }];
    const requests = [{ name: 'r', exactly: { deviceClassName: 'gpu', selectors } }];
    await client.create(pods, { metadata: key('p'), spec: { containers: [container], resourceClaims: [{ name: 'g', resourceClaimName: 'c' }] } });
    await client.create(resourceClaims, { metadata: key('c'), spec: { devices: { requests } } });
    await eventually(async () => {
      const pod = await client.get(pods, key('p'));
      expect(pod.spec?.nodeName).toBe(NODES[1]);
      const { metadata, status } = await client.get(resourceClaims, key('c'));
      expect(metadata.finalizers).toEqual(['resource.kubernetes.io/delete-protection']);
      expect(status?.reservedFor).toEqual([{ resource: 'pods', name: 'p', uid: pod.metadata.uid }]);
      expect(status?.allocation?.devices?.results).toMatchObject([{ device: 'd0', pool: pod.spec?.nodeName }]);
    });
  });

  it('are made by the scheduler for extended resources', async () => {
    const { client } = cluster;
    const resources = { requests: { 'example.com/gpu': '2' }, limits: { 'example.com/gpu': '2' } };
    await client.create(pods, { metadata: key('e'), spec: { containers: [{ ...container, resources }] } });
    await eventually(async () => {
      const { spec, status } = await client.get(pods, key('e'));
      expect(spec?.nodeName).toBe(NODES[0]);
      const made = await client.get(resourceClaims, key(status?.extendedResourceClaimStatus?.resourceClaimName ?? ''));
      expect(made.status?.allocation?.devices?.results?.map(({ device }) => device)).toEqual(['d0', 'd1']);
    });
  });
});
