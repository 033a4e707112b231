import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { ResourceQuotaSpec } from '../../../api/kinds/core/resource-quota.ts';
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

  it('follows objects from one scope into another at once, and counts a claim in each class that it has or is to have', async () => {
    const clock = createFakeClock();
    await cluster.stop();
    cluster = await startControllersCluster({ clock, advance: { clock, stepMs: 100 } });
    const { client } = cluster;
    const addQuota = (name: string, spec: ResourceQuotaSpec) => client.create(resourceQuotas, { metadata: { name, namespace: 'default' }, spec });
    for (const scope of ['Terminating', 'NotTerminating'] as const) {
      await addQuota(scope.toLowerCase(), { hard: { pods: '5', 'requests.cpu': '5' }, scopes: [scope] });
    }
    for (const name of ['gold', 'silver']) {
      const matchExpressions = [{ scopeName: 'VolumeAttributesClass' as const, operator: 'In' as const, values: [name] }];
      await addQuota(name, { hard: { persistentvolumeclaims: '5', 'requests.storage': '5Gi' }, scopeSelector: { matchExpressions } });
    }
    await clock.advance(3000);
    const usedBy = async (...names: string[]) => Promise.all(names.map(async (name) => (await cluster.find(resourceQuotas, name))?.status?.used));
    await client.create(pods, pod('p', '500m'));
    await client.create<PersistentVolumeClaim>(persistentVolumeClaims, {
      metadata: { name: 'c', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], volumeAttributesClassName: 'gold', resources: { requests: { storage: '1Gi' } } },
    });
    const [none, one] = [
      { pods: '0', 'requests.cpu': '0' },
      { pods: '1', 'requests.cpu': '500m' },
    ];
    const [noClaim, claim] = [
      { persistentvolumeclaims: '0', 'requests.storage': '0' },
      { persistentvolumeclaims: '1', 'requests.storage': '1Gi' },
    ];
    expect(await usedBy('terminating', 'notterminating', 'gold', 'silver')).toEqual([none, one, claim, noClaim]);

    const setStatus = async (status: PersistentVolumeClaim['status']) => {
      const live = await client.get(persistentVolumeClaims, keyIn('c'));
      await client.update(persistentVolumeClaims, { ...live, status: { ...live.status, ...status } }, { subresource: 'status' });
    };
    const patchClaim = (spec: object) => client.patch(persistentVolumeClaims, keyIn('c'), { type: 'merge', body: { spec } });
    await client.patch(pods, keyIn('p'), { type: 'merge', body: { spec: { activeDeadlineSeconds: 3600 } } });
    await setStatus({ phase: 'Bound', currentVolumeAttributesClassName: 'gold' });
    await patchClaim({ volumeAttributesClassName: 'silver' });
    // Admission has charged the scope that is entered; the one that is left waits for the count.
    expect(await usedBy('terminating', 'gold', 'silver')).toEqual([one, claim, claim]);
    await clock.advance(1000);
    expect(await usedBy('terminating', 'notterminating', 'gold', 'silver')).toEqual([one, none, claim, claim]);
    await setStatus({ currentVolumeAttributesClassName: 'silver' });
    await clock.advance(1000);
    expect(await usedBy('gold', 'silver')).toEqual([noClaim, claim]);
    await setStatus({ modifyVolumeStatus: { targetVolumeAttributesClassName: 'gold', status: 'InProgress' } });
    expect(await usedBy('gold')).toEqual([claim]);
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
