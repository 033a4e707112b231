import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
beforeEach(async () => {
  cluster = await startControllersCluster();
});
afterEach(() => cluster.stop());

const pod = (name: string, cpu: string): Pod => ({
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'a', image: 'a', resources: { requests: { cpu } } }] },
});
const used = async () => (await cluster.find(resourceQuotas, 'all'))?.status?.used;

describe('a ResourceQuota', () => {
  it('counts what is there already, what comes, and what goes', async () => {
    await cluster.client.create(pods, pod('before', '500m'));
    await cluster.client.create(resourceQuotas, {
      metadata: { name: 'all', namespace: 'default' },
      spec: { hard: { pods: '10', 'requests.cpu': '2', 'count/configmaps': '50' } },
    });
    await cluster.until('it is counted', async () => (await used())?.['requests.cpu'] === '500m');
    expect((await cluster.find(resourceQuotas, 'all'))?.status).toEqual({
      hard: { pods: '10', 'requests.cpu': '2', 'count/configmaps': '50' },
      used: { pods: '1', 'requests.cpu': '500m', 'count/configmaps': '1' },
    });
    await cluster.client.create(pods, pod('next', '1'));
    await cluster.client.create(configMaps, { metadata: { name: 'mine', namespace: 'default' } });
    await cluster.until('both are charged', async () => (await used())?.['requests.cpu'] === '1500m' && (await used())?.['count/configmaps'] === '2');
    await expect(cluster.client.create(pods, pod('too-much', '1'))).rejects.toThrow(
      /exceeded quota: all, requested: requests.cpu=1, used: requests.cpu=1500m, limited: requests.cpu=2/,
    );
    await cluster.client.delete(pods, keyIn('before'));
    await cluster.client.delete(configMaps, keyIn('mine'));
    await cluster.until('both are given back', async () => (await used())?.['requests.cpu'] === '1' && (await used())?.['count/configmaps'] === '1');
    const live = await cluster.client.get(pods, keyIn('next'));
    await cluster.client.update(pods, { ...live, status: { ...live.status, phase: 'Succeeded' } }, { subresource: 'status' });
    await cluster.until('a pod that ended is not charged', async () => (await used())?.['requests.cpu'] === '0' && (await used())?.pods === '0');
  });

  it('follows a change of its limits', async () => {
    await cluster.client.create(pods, pod('one', '500m'));
    await cluster.client.create(resourceQuotas, { metadata: { name: 'all', namespace: 'default' }, spec: { hard: { pods: '10' } } });
    await cluster.until('it is counted', async () => (await used())?.pods === '1');
    await cluster.client.patch(resourceQuotas, keyIn('all'), { type: 'merge', body: { spec: { hard: { pods: null, cpu: '4' } } } });
    await cluster.until('it counts the other', async () => JSON.stringify(await used()) === '{"cpu":"500m"}');
  });

  it('with scopes counts the pods in scope alone', async () => {
    await cluster.client.create(pods, pod('burstable', '500m'));
    await cluster.client.create(pods, { metadata: { name: 'best-effort', namespace: 'default' }, spec: { containers: [{ name: 'a', image: 'a' }] } });
    await cluster.client.create(resourceQuotas, {
      metadata: { name: 'all', namespace: 'default' },
      spec: { hard: { pods: '10' }, scopes: ['BestEffort'] },
    });
    await cluster.until('it is counted', async () => (await used())?.pods === '1');
  });

  it('that was counted too low, by whomever, is counted again', async () => {
    await cluster.client.create(resourceQuotas, { metadata: { name: 'all', namespace: 'default' }, spec: { hard: { pods: '10' } } });
    await cluster.until('it is counted', async () => (await used())?.pods === '0');
    await cluster.client.create(pods, pod('one', '500m'));
    const live = await cluster.client.get(resourceQuotas, keyIn('all'));
    expect(live.status?.used).toEqual({ pods: '1' });
    const low = { ...live, status: { ...live.status, used: { pods: '0' } } };
    await cluster.client.update(resourceQuotas, low, { subresource: 'status' });
    await cluster.until('it is right', async () => (await used())?.pods === '1');
  });

  it('notices at once what becomes free', async () => {
    const clock = createFakeClock();
    await cluster.stop();
    cluster = await startControllersCluster({ clock, advance: { clock, stepMs: 100 } });
    await cluster.client.create(configMaps, { metadata: { name: 'mine', namespace: 'default' } });
    await cluster.client.create(resourceQuotas, { metadata: { name: 'all', namespace: 'default' }, spec: { hard: { 'count/configmaps': '9' } } });
    await clock.advance(3000);
    expect(await used()).toEqual({ 'count/configmaps': '2' });
    await cluster.client.delete(configMaps, keyIn('mine'));
    await clock.advance(100);
    expect(await used()).toEqual({ 'count/configmaps': '1' });
  });
});
