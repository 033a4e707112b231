import { afterEach, describe, expect, it } from '@jest/globals';
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import { replicaSets } from '../../../api/kinds/apps/replica-set.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { replicationControllers } from '../../../api/kinds/core/replication-controller.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web' }] } };
const set = (replicas: number, more: Partial<NonNullable<ReplicaSet['spec']>> = {}): ReplicaSet => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: { replicas, selector: { matchLabels: { app: 'web' } }, template, ...more },
});
const stray = (name: string, labels: Record<string, string>): Pod => ({
  metadata: { name, namespace: 'default', labels },
  spec: { containers: [{ name: 'web', image: 'web' }] },
});
const status = async () => (await cluster.find(replicaSets, 'web'))?.status;
const readyReplicas = (count: number) =>
  cluster.until(`${count} replicas are ready`, async () => {
    const found = await status();
    return found?.replicas === count && (found.readyReplicas ?? 0) === count;
  });

describe('a ReplicaSet', () => {
  it('grows and shrinks to the number that is wanted', async () => {
    cluster = await startControllersCluster();
    await cluster.client.create(replicaSets, set(40));
    await readyReplicas(40);
    await cluster.client.patch(replicaSets, keyIn('web'), { type: 'merge', body: { spec: { replicas: 3 } } });
    await readyReplicas(3);
    await cluster.until('the others are gone', async () => (await cluster.list(pods)).length === 3);
    await cluster.until('it knows that none terminates', async () => (await status())?.terminatingReplicas === 0);
    expect(await status()).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
      observedGeneration: 2,
    });
  });

  it('reports each pod it makes and deletes', async () => {
    cluster = await startControllersCluster();
    await cluster.client.create(replicaSets, set(2));
    await readyReplicas(2);
    const names = (await cluster.list(pods)).map(({ metadata }) => metadata.name);
    await cluster.client.patch(replicaSets, keyIn('web'), { type: 'merge', body: { spec: { replicas: 0 } } });
    await readyReplicas(0);
    const expected = names.flatMap((name) => [`SuccessfulCreate: Created pod: ${name}`, `SuccessfulDelete: Deleted pod: ${name}`]);
    expect((await cluster.eventsOn('ReplicaSet', 'web')).sort()).toEqual(expected.sort());
  });

  it('replaces a pod that is deleted or ends', async () => {
    cluster = await startControllersCluster();
    await cluster.client.create(replicaSets, set(2));
    await readyReplicas(2);
    const [first, second] = await cluster.list(pods);
    await cluster.client.delete(pods, keyIn(first!.metadata.name));
    await cluster.client.update(pods, { ...second!, status: { ...second!.status, phase: 'Failed' } }, { subresource: 'status' });
    await cluster.until('two others run', async () => {
      const running = (await cluster.list(pods)).filter((pod) => pod.status?.phase === 'Running' && !pod.metadata.deletionTimestamp);
      return running.length === 2 && running.every((pod) => pod.metadata.uid !== first!.metadata.uid && pod.metadata.uid !== second!.metadata.uid);
    });
  });

  it('adopts orphans that match, and releases pods that no longer do', async () => {
    cluster = await startControllersCluster();
    await cluster.client.create(pods, stray('orphan', { app: 'web' }));
    await cluster.client.create(pods, stray('stranger', { app: 'db' }));
    const owner = await cluster.client.create(replicaSets, set(2));
    await readyReplicas(2);
    const orphan = await cluster.client.get(pods, keyIn('orphan'));
    expect(orphan.metadata.ownerReferences).toEqual([
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: owner.metadata.uid, controller: true, blockOwnerDeletion: true },
    ]);
    expect((await cluster.list(pods)).map((pod) => pod.metadata.name)).toHaveLength(3);
    await cluster.client.patch(pods, keyIn('orphan'), { type: 'merge', body: { metadata: { labels: { app: 'quarantine' } } } });
    await cluster.until('the pod is released', async () => (await cluster.find(pods, 'orphan'))?.metadata.ownerReferences === undefined);
    await cluster.until('another takes its place', async () => (await cluster.list(pods)).length === 4);
  });

  it('does not touch pods of another controller', async () => {
    const other = { apiVersion: 'example.com/v1', kind: 'Fleet', name: 'theirs', uid: 'theirs', controller: true };
    cluster = await startControllersCluster();
    await cluster.client.create(pods, {
      ...stray('theirs', { app: 'web' }),
      metadata: { name: 'theirs', namespace: 'default', labels: { app: 'web' }, ownerReferences: [other] },
    });
    await cluster.client.create(replicaSets, set(1));
    await readyReplicas(1);
    expect((await cluster.client.get(pods, keyIn('theirs'))).metadata.ownerReferences).toEqual([other]);
    expect(await cluster.list(pods)).toHaveLength(2);
  });

  it('counts a pod as available after minReadySeconds, without being told', async () => {
    cluster = await startControllersCluster();
    await cluster.client.create(replicaSets, set(1, { minReadySeconds: 3 }));
    await readyReplicas(1);
    expect((await status())?.availableReplicas).toBeUndefined();
    await cluster.until('it is available', async () => (await status())?.availableReplicas === 1);
  });

  it('reports what keeps it from making pods, tries a few only, and goes on when there is room', async () => {
    cluster = await startControllersCluster();
    await cluster.client.create(resourceQuotas, { metadata: { name: 'few', namespace: 'default' }, spec: { hard: { pods: '3' } } });
    await cluster.until('the quota is counted', async () => (await cluster.find(resourceQuotas, 'few'))?.status?.used);
    await cluster.client.create(replicaSets, set(100));
    const failed = await cluster.until('the failure is reported', async () =>
      (await status())?.conditions?.find(({ type }) => type === 'ReplicaFailure'),
    );
    expect(failed).toMatchObject({ status: 'True', reason: 'FailedCreate' });
    expect(failed.message).toMatch(/^pods "web-.*" is forbidden: exceeded quota: few, requested: pods=1, used: pods=3, limited: pods=3$/);
    expect(await cluster.list(pods)).toHaveLength(3);
    expect((await cluster.eventsOn('ReplicaSet', 'web')).some((text) => text.includes('FailedCreate: Error creating: pods "web-'))).toBe(true);
    await cluster.client.patch(replicaSets, keyIn('web'), { type: 'merge', body: { spec: { replicas: 3 } } });
    await cluster.until('the condition is gone', async () => (await status())?.conditions === undefined);
  });

  it('deletes what has not been scheduled and is not ready first', async () => {
    cluster = await startControllersCluster({ runPods: (pod) => (pod.metadata.name === 'held' ? 'unready' : 'run') });
    await cluster.client.create(pods, stray('held', { app: 'web' }));
    await cluster.client.create(replicaSets, set(3));
    await cluster.until('two are ready', async () => (await status())?.readyReplicas === 2);
    await cluster.client.patch(replicaSets, keyIn('web'), { type: 'merge', body: { spec: { replicas: 2 } } });
    await cluster.until('one is gone', async () => (await cluster.list(pods)).length === 2);
    expect(await cluster.find(pods, 'held')).toBeUndefined();
  });
});

describe('a ReplicationController', () => {
  it('does the same by a plain selector, under its own name', async () => {
    cluster = await startControllersCluster();
    await cluster.client.create(replicationControllers, {
      metadata: { name: 'old', namespace: 'default' },
      spec: { replicas: 3, selector: { app: 'web' }, template },
    });
    const found = await cluster.until('it is ready', async () => {
      const controller = await cluster.find(replicationControllers, 'old');
      return controller?.status?.readyReplicas === 3 && controller;
    });
    expect(found.status).toEqual({ replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 });
    const [pod] = await cluster.list(pods);
    expect(pod?.metadata.ownerReferences?.[0]).toMatchObject({ apiVersion: 'v1', kind: 'ReplicationController', name: 'old', controller: true });
    expect((await cluster.eventsOn('ReplicationController', 'old')).sort()).toEqual(
      (await cluster.list(pods)).map(({ metadata }) => `SuccessfulCreate: Created pod: ${metadata.name}`).sort(),
    );
  });
});
