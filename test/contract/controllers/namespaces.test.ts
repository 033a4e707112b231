import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import { namespaces } from '../../../api/kinds/core/namespace.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { secrets } from '../../../api/kinds/core/secret.ts';
import { serviceAccounts } from '../../../api/kinds/core/service-account.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
beforeEach(async () => {
  cluster = await startControllersCluster();
});
afterEach(() => cluster.stop());

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web' }] } };
const namespace = (name: string) => ({ namespace: '', name });

describe('a namespace', () => {
  it('gets a default service account and the CA bundle, and gets them again', async () => {
    await cluster.client.create(namespaces, { metadata: { name: 'team' } });
    const both = async () => (await cluster.find(serviceAccounts, 'default', 'team')) && (await cluster.find(configMaps, 'kube-root-ca.crt', 'team'));
    const bundle = await cluster.until('both are there', both);
    expect(bundle.data).toEqual({ 'ca.crt': 'PEM' });
    await cluster.client.delete(serviceAccounts, keyIn('default', 'team'));
    await cluster.client.update(configMaps, { ...bundle, data: { 'ca.crt': 'forged' } });
    await cluster.until('both are restored', async () => (await both())?.data?.['ca.crt'] === 'PEM');
  });

  it('is emptied before it goes', async () => {
    await cluster.client.create(namespaces, { metadata: { name: 'team' } });
    await cluster.client.create(deployments, {
      metadata: { name: 'web', namespace: 'team' },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template },
    });
    await cluster.client.create(secrets, { metadata: { name: 's', namespace: 'team' } });
    await cluster.until('pods run', async () => (await cluster.list(pods, 'team')).length === 3);
    await cluster.client.delete(namespaces, namespace('team'));
    await cluster.until('it is gone', async () => !(await cluster.find(namespaces, 'team')));
    for (const kind of [pods, deployments, secrets, configMaps, serviceAccounts]) expect(await cluster.list(kind as typeof pods, 'team')).toEqual([]);
  });

  it('waits for finalizers, and says which', async () => {
    await cluster.client.create(namespaces, { metadata: { name: 'team' } });
    await cluster.client.create(configMaps, { metadata: { name: 'kept', namespace: 'team', finalizers: ['example.com/keep'] } });
    await cluster.client.delete(namespaces, namespace('team'));
    const held = await cluster.until('it reports what is left', async () => {
      const found = await cluster.find(namespaces, 'team');
      return found?.status?.conditions && found;
    });
    expect(held.status?.phase).toBe('Terminating');
    expect(held.status?.conditions).toEqual([
      expect.objectContaining({ type: 'NamespaceDeletionDiscoveryFailure', status: 'False', reason: 'ResourcesDiscovered' }),
      expect.objectContaining({ type: 'NamespaceDeletionGroupVersionParsingFailure', status: 'False', reason: 'ParsedGroupVersions' }),
      expect.objectContaining({ type: 'NamespaceDeletionContentFailure', status: 'False', reason: 'ContentDeleted' }),
      expect.objectContaining({
        type: 'NamespaceContentRemaining',
        status: 'True',
        reason: 'SomeResourcesRemain',
        message: 'Some resources are remaining: configmaps. has 1 resource instances',
      }),
      expect.objectContaining({
        type: 'NamespaceFinalizersRemaining',
        status: 'True',
        reason: 'SomeFinalizersRemain',
        message: 'Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances',
      }),
    ]);
    await cluster.client.patch(configMaps, keyIn('kept', 'team'), { type: 'merge', body: { metadata: { finalizers: null } } });
    await cluster.until('it goes', async () => !(await cluster.find(namespaces, 'team')));
  });

  it('loses its pods before anything that they use', async () => {
    await cluster.client.create(namespaces, { metadata: { name: 'team' } });
    await cluster.until('its account is there', () => cluster.find(serviceAccounts, 'default', 'team'));
    await cluster.client.create(configMaps, { metadata: { name: 'used', namespace: 'team' } });
    await cluster.client.create(pods, {
      metadata: { name: 'p', namespace: 'team', finalizers: ['example.com/keep'] },
      spec: { containers: [{ name: 'a', image: 'a' }] },
    });
    await cluster.client.delete(namespaces, namespace('team'));
    await cluster.until('it reports the pod', async () => {
      const conditions = (await cluster.find(namespaces, 'team'))?.status?.conditions ?? [];
      return conditions.some(({ message }) => message === 'Some resources are remaining: pods. has 1 resource instances');
    });
    expect(await cluster.find(configMaps, 'used', 'team')).toBeDefined();
    await cluster.client.patch(pods, keyIn('p', 'team'), { type: 'merge', body: { metadata: { finalizers: null } } });
    await cluster.until('it goes', async () => !(await cluster.find(namespaces, 'team')));
  });
});
