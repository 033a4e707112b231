import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { systemClock } from '../../base/clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { NodePodResources } from '../agent-pod-resources.ts';
import { createNodePodResources } from '../agent-pod-resources.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import type { Channel } from '../cri/channel.ts';
import { openChannel } from '../cri/channel.ts';
import { noDynamicResources, noPluginDevices } from '../simulated/simulated-parts.ts';
import * as m from './messages.ts';

const GPU = 'example.com/gpu';
let root = '';
let ending: AbortController;
let channel: Channel;
let node: NodePodResources;
let pods: readonly Live<Pod>[];
const clock = createFakeClock();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'podres-'));
  ending = new AbortController();
  const initContainers = [aContainer('setup'), aContainer('sidecar', { restartPolicy: 'Always' })];
  pods = [aPod({ initContainers })];
  node = createNodePodResources({
    root,
    clock,
    log: silentLogger,
    activePods: () => pods,
    findPod: ({ namespace, name }) => pods.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    pluginDevices: {
      ...noPluginDevices,
      held: (_pod, { name }) =>
        name === 'sidecar'
          ? []
          : [
              { resource: GPU, id: 'a', numaNodes: [0, 1] },
              { resource: GPU, id: 'b', numaNodes: [] },
            ],
      healthy: () => [{ resource: GPU, id: 'c', numaNodes: [1] }],
    },
    dynamicResources: {
      ...noDynamicResources,
      held: (_pod, { name }) =>
        name === 'sidecar'
          ? [{ namespace: 'default', name: 'x', devices: [{ driver: 'd', pool: 'p', device: 'e', shareId: undefined, cdiDevices: ['d/c=e'] }] }]
          : [],
    },
  });
  await node.begin(ending.signal);
  channel = openChannel(join(root, 'pod-resources', 'kubelet.sock'), systemClock);
});
afterEach(async () => {
  channel.close();
  ending.abort();
  await removeDirectory(root);
});

const list = () => channel.call('/v1.PodResourcesLister/List', m.Empty, m.ListPodResourcesResponse, {});
const get = (pod_name: string) =>
  channel.call('/v1.PodResourcesLister/Get', m.GetPodResourcesRequest, m.GetPodResourcesResponse, { pod_name, pod_namespace: 'default' });
const device = (id: string, node?: number) => ({
  resource_name: GPU,
  device_ids: [id],
  topology: node === undefined ? undefined : { nodes: [{ ID: node }] },
});
const LISTED = {
  name: 'p',
  namespace: 'default',
  containers: [
    {
      name: 'sidecar',
      devices: [],
      dynamic_resources: [
        {
          claim_name: 'x',
          claim_namespace: 'default',
          claim_resources: [{ cdi_devices: [{ name: 'd/c=e' }], driver_name: 'd', pool_name: 'p', device_name: 'e', share_id: undefined }],
        },
      ],
    },
    { name: 'c', devices: [device('a', 0), device('a', 1), device('b')], dynamic_resources: [] },
  ],
};

describe('the pod resources of a node', () => {
  it('are not loaded before somebody asks', () => {
    expect(node.metrics()).toBeUndefined();
  });

  it('are listed by pod, with sidecars but without other init containers', async () => {
    expect(await list()).toEqual({ pod_resources: [LISTED] });
    expect(await node.metrics()?.metrics()).toContain('kubelet_pod_resources_endpoint_requests_list{server_api_version="v1"} 1');
  });

  it('can be asked for by the name of a pod', async () => {
    expect(await get('p')).toEqual({ pod_resources: LISTED });
    await expect(get('q')).rejects.toThrow('rpc error: code = Unknown desc = pod q in namespace default not found');
  });

  it('tell the devices that can be used', async () => {
    const answer = await channel.call('/v1.PodResourcesLister/GetAllocatableResources', m.Empty, m.AllocatableResourcesResponse, {});
    expect(answer).toEqual({ devices: [device('c', 1)] });
  });

  it('are told no more than ten times at once', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 11 }, list));
    const refusals = answers.filter(({ status }) => status === 'rejected');
    expect(refusals).toMatchObject([{ reason: { code: 'ResourceExhausted', description: 'rejected by rate limit' } }]);
    await clock.advance(10);
    expect(await list()).toEqual({ pod_resources: [LISTED] });
  });
});
