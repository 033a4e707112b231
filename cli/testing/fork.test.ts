import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployments } from '../../api/kinds/apps/deployment.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import { eventually } from '../cluster/eventually.ts';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';

const key = (name: string) => ({ namespace: 'default', name });
const labels = { app: 'web' };

describe('a fork of a cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2 });
    await cluster.client.create(configMaps, { metadata: key('settings'), data: { color: 'red' } });
    await cluster.client.create(deployments, {
      metadata: key('web'),
      spec: { replicas: 5, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } } },
    });
    await available(cluster, 5);
  });
  afterAll(() => cluster.stop());

  const available = (of: Cluster, count: number) =>
    eventually(async () => expect((await of.client.get(deployments, key('web'))).status?.availableReplicas).toBe(count));
  const podsOf = async (of: Cluster) => (await of.client.list(pods, { namespace: 'default', labelSelector: 'app=web' })).items;

  it('holds every object as it was, with its UID and its revision', async () => {
    await using fork = await cluster.fork();
    expect(await fork.client.get(configMaps, key('settings'))).toEqual(await cluster.client.get(configMaps, key('settings')));
    const uids = async (of: Cluster) => (await podsOf(of)).map(({ metadata }) => metadata.uid).sort();
    expect(await uids(fork)).toEqual(await uids(cluster));
  });

  it('goes its own way: neither sees the writes of the other', async () => {
    await using fork = await cluster.fork();
    await fork.client.create(configMaps, { metadata: key('only-in-the-fork') });
    await cluster.client.create(configMaps, { metadata: key('only-in-the-original') });
    const missing = async (of: Cluster, name: string) => isNotFound(await of.client.get(configMaps, key(name)).catch((error: unknown) => error));
    expect(await missing(cluster, 'only-in-the-fork')).toBe(true);
    expect(await missing(fork, 'only-in-the-original')).toBe(true);
  });

  it('has the containers of the original, which run on; controllers, scheduler and nodes go on in it', async () => {
    await using fork = await cluster.fork();
    await fork.client.patch(deployments, key('web'), { type: 'merge', body: { spec: { replicas: 7 } } });
    await available(fork, 7);
    const restarts = (await podsOf(fork)).flatMap(({ status }) => status?.containerStatuses?.map(({ restartCount }) => restartCount) ?? []);
    expect(restarts).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(await podsOf(cluster)).toHaveLength(5);
    const addresses = (await podsOf(fork)).map(({ status }) => status?.podIP);
    expect(new Set(addresses).size).toBe(7);
  });

  it('keeps the time of the original, and what expires in it', async () => {
    await using first = await cluster.fork();
    await first.clock.advance('30m');
    await using second = await first.fork();
    expect(second.clock.now() - cluster.clock.now()).toBeGreaterThan(29 * 60_000);
    expect(first.clock.ahead()).toBe(second.clock.ahead());
  });

  it('is reached by other clients at once, and outlives the original', async () => {
    const original = await cluster.fork();
    await using fork = await original.fork();
    await original.stop();
    const client = createHttpsClient(await kubeconfigCredentials(fork.kubeconfigPath));
    expect((await client.get(configMaps, key('settings'))).data).toEqual({ color: 'red' });
    expect(fork.url).not.toBe(original.url);
    await expect(original.fork()).rejects.toThrow('the cluster has been stopped');
  });

  it('can be made again and again: the next test begins where the set-up ended', async () => {
    for (let test = 0; test < 5; test++) {
      await using fork = await cluster.fork();
      await fork.client.delete(configMaps, key('settings'));
    }
    expect((await cluster.client.get(configMaps, key('settings'))).data).toEqual({ color: 'red' });
  });
});
