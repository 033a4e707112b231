import { afterEach, describe, expect, it } from '@jest/globals';
import { controllerRevisions } from '../../../api/kinds/apps/controller-revision.ts';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/index.ts';
import { statefulSets } from '../../../api/kinds/apps/stateful-set/index.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import type { Live } from '../../../api/meta/object.ts';
import { unlessGone } from '../../../controllers/_shared/refusals.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

type Spec = NonNullable<StatefulSet['spec']>;
const labels = { app: 'db' };
const template = (image = 'db:1') => ({ metadata: { labels }, spec: { containers: [{ name: 'db', image }] } });
const set = (replicas: number, more: Partial<Spec> = {}): StatefulSet => ({
  metadata: { name: 'db', namespace: 'default' },
  spec: { replicas, serviceName: 'db', selector: { matchLabels: labels }, template: template(), ...more },
});
const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }];
const create = (replicas: number, more?: Partial<Spec>) => cluster.client.create(statefulSets, set(replicas, more));
const patch = (spec: object) => cluster.client.patch(statefulSets, keyIn('db'), { type: 'merge', body: { spec } });
const setImage = (image: string) => patch({ template: template(image) });
const status = async () => (await cluster.find(statefulSets, 'db'))?.status;
const ready = (count: number) =>
  cluster.until(`${count} are ready`, async () => {
    const found = await cluster.find(statefulSets, 'db');
    const { replicas, readyReplicas = 0, observedGeneration } = found?.status ?? {};
    return replicas === count && readyReplicas === count && observedGeneration === found?.metadata.generation;
  });
const updated = (count: number) =>
  cluster.until(`${count} are updated`, async () => {
    const found = await cluster.find(statefulSets, 'db');
    const { updatedReplicas, currentRevision, updateRevision, readyReplicas, observedGeneration } = found?.status ?? {};
    const isSeen = observedGeneration === found?.metadata.generation;
    return isSeen && updatedReplicas === count && readyReplicas === count && currentRevision === updateRevision;
  });
const staying = async () => (await cluster.list(pods)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
const imagesByName = async () => Object.fromEntries((await staying()).map(({ metadata, spec }) => [metadata.name, spec?.containers[0]?.image]));
const claimNames = async () => (await cluster.list(persistentVolumeClaims)).map(({ metadata }) => metadata.name).sort();

/** Records the pods that are created, and those that begin to terminate, in their order. */
async function recordOrder(): Promise<{ made: string[]; ended: string[]; stop: () => Promise<void> }> {
  const made: string[] = [];
  const ended: string[] = [];
  const going = new Set<string>();
  const abort = new AbortController();
  const { resourceVersion } = await cluster.client.list(pods);
  const watching = cluster.client.watch(
    pods,
    { resourceVersion },
    (event) => {
      if (!('object' in event)) return;
      const { name, uid, deletionTimestamp } = event.object.metadata;
      if (event.type === 'ADDED') made.push(name);
      if ((deletionTimestamp || event.type === 'DELETED') && !going.has(uid)) ended.push(name);
      if (deletionTimestamp) going.add(uid);
    },
    abort.signal,
  );
  return {
    made,
    ended,
    stop: async () => {
      abort.abort();
      await watching;
    },
  };
}

const held = new Set<string>();
const holding = { runPods: (pod: Live<Pod>) => (held.has(pod.metadata.name) ? ('unready' as const) : ('run' as const)) };
const release = async (name: string) => {
  held.delete(name);
  // Any write brings the pod to the stand-in again.
  await cluster.client.patch(pods, keyIn(name), { type: 'merge', body: { metadata: { annotations: { released: 'yes' } } } });
};
afterEach(() => held.clear());

describe('a StatefulSet', () => {
  it('gives its pods numbers, names of their own, and the labels that say so', async () => {
    cluster = await startControllersCluster();
    const { metadata } = await create(2);
    await ready(2);
    const [revision] = await cluster.list(controllerRevisions);
    const found = await cluster.list(pods);
    expect(found.map((pod) => pod.metadata.name)).toEqual(['db-0', 'db-1']);
    expect(found[1]?.metadata).toMatchObject({
      generateName: 'db-',
      labels: {
        ...labels,
        'statefulset.kubernetes.io/pod-name': 'db-1',
        'apps.kubernetes.io/pod-index': '1',
        'controller-revision-hash': revision?.metadata.name,
      },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: metadata.uid, controller: true, blockOwnerDeletion: true }],
    });
    expect(found[1]?.spec).toMatchObject({ hostname: 'db-1', subdomain: 'db' });
    expect(await status()).toEqual({
      observedGeneration: 1,
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
      currentRevision: revision?.metadata.name,
      updateRevision: revision?.metadata.name,
      collisionCount: 0,
    });
    expect(await cluster.eventsOn('StatefulSet', 'db')).toEqual([
      'SuccessfulCreate: create Pod db-0 in StatefulSet db successful',
      'SuccessfulCreate: create Pod db-1 in StatefulSet db successful',
    ]);
  });

  it('grows from the lowest number up and shrinks from the highest down, one at a time', async () => {
    cluster = await startControllersCluster();
    const order = await recordOrder();
    await create(4);
    await ready(4);
    await patch({ replicas: 1 });
    await ready(1);
    await order.stop();
    expect(order.made).toEqual(['db-0', 'db-1', 'db-2', 'db-3']);
    expect(order.ended).toEqual(['db-3', 'db-2', 'db-1']);
    expect(await cluster.eventsOn('StatefulSet', 'db')).toContain('SuccessfulDelete: delete Pod db-3 in StatefulSet db successful');
  });

  it('waits for a pod that is not ready, whether it grows or shrinks', async () => {
    held.add('db-1');
    cluster = await startControllersCluster(holding);
    await create(3);
    await cluster.until('the second runs', async () => (await status())?.replicas === 2 && (await status())?.readyReplicas === 1);
    await patch({ replicas: 4 });
    await cluster.until('it is seen', async () => (await status())?.observedGeneration === 2);
    expect(await cluster.list(pods)).toHaveLength(2);
    await release('db-1');
    await ready(4);
  });

  it('starts and ends all at once where it is Parallel', async () => {
    for (const name of ['db-0', 'db-2']) held.add(name);
    cluster = await startControllersCluster(holding);
    await create(5, { podManagementPolicy: 'Parallel' });
    await cluster.until('all run', async () => (await status())?.replicas === 5 && (await status())?.readyReplicas === 3);
    await patch({ replicas: 0 });
    await cluster.until('all are gone', async () => (await cluster.list(pods)).length === 0);
  });

  it('counts from the number that it is told, and moves when that changes', async () => {
    cluster = await startControllersCluster();
    await create(2, { ordinals: { start: 5 } });
    await ready(2);
    expect(Object.keys(await imagesByName()).sort()).toEqual(['db-5', 'db-6']);
    await patch({ ordinals: { start: 6 } });
    await cluster.until(
      'it has moved',
      async () =>
        Object.keys(await imagesByName())
          .sort()
          .join() === 'db-6,db-7',
    );
    await ready(2);
  });

  it('makes a pod anew, under its name, that failed, ended or was deleted', async () => {
    cluster = await startControllersCluster();
    await create(3);
    await ready(3);
    const before = await cluster.list(pods);
    const end = (name: string, phase: string) =>
      cluster.client.patch(pods, keyIn(name), { type: 'merge', body: { status: { phase } } }, { subresource: 'status' });
    await end('db-0', 'Failed');
    await end('db-1', 'Succeeded');
    await cluster.client.delete(pods, keyIn('db-2'));
    await cluster.until('three others run', async () => {
      const now = await cluster.list(pods);
      return now.length === 3 && now.every(({ metadata }) => before.every((old) => old.metadata.uid !== metadata.uid));
    });
    await ready(3);
  });

  it('adopts the pods of its numbers, gives them its labels, and releases those whose labels change', async () => {
    cluster = await startControllersCluster();
    await create(2);
    await ready(2);
    await cluster.client.delete(statefulSets, keyIn('db'), { propagationPolicy: 'Orphan' });
    await cluster.until('they are orphans', async () => {
      const objects = [...(await cluster.list(pods)), ...(await cluster.list(controllerRevisions))];
      return !(await cluster.find(statefulSets, 'db')) && objects.every(({ metadata }) => !metadata.ownerReferences?.length);
    });
    const before = (await cluster.list(pods)).map(({ metadata }) => metadata.uid);
    await cluster.client.patch(pods, keyIn('db-1'), {
      type: 'merge',
      body: { metadata: { labels: { 'statefulset.kubernetes.io/pod-name': null } } },
    });
    await create(2);
    await ready(2);
    await cluster.until('it has its label', async () => {
      const pod = await cluster.client.get(pods, keyIn('db-1'));
      return pod.metadata.labels?.['statefulset.kubernetes.io/pod-name'] === 'db-1';
    });
    expect((await cluster.list(pods)).map(({ metadata }) => metadata.uid)).toEqual(before);
    expect(await cluster.list(controllerRevisions)).toHaveLength(1);
    await cluster.client.patch(pods, keyIn('db-1'), { type: 'merge', body: { metadata: { labels: { app: 'free' } } } });
    await cluster.until('it is released', async () => (await cluster.client.get(pods, keyIn('db-1'))).metadata.ownerReferences === undefined);
    // The name is taken: no event says so, and the set tries again until the pod is gone.
    await cluster.client.delete(pods, keyIn('db-1'));
    await ready(2);
  });

  it('counts a pod as available after minReadySeconds, and starts the next one only then', async () => {
    cluster = await startControllersCluster();
    await create(2, { minReadySeconds: 2 });
    await cluster.until('the first is ready', async () => (await status())?.readyReplicas === 1);
    expect(await status()).toMatchObject({ replicas: 1, availableReplicas: 0 });
    await cluster.until('both are available', async () => (await status())?.availableReplicas === 2);
  });

  it('says what keeps it from making a pod, and goes on when there is room', async () => {
    cluster = await startControllersCluster();
    await cluster.client.create(resourceQuotas, { metadata: { name: 'few', namespace: 'default' }, spec: { hard: { pods: '1' } } });
    await cluster.until('the quota is counted', async () => (await cluster.find(resourceQuotas, 'few'))?.status?.used);
    await create(2);
    const failure = 'FailedCreate: create Pod db-1 in StatefulSet db failed error: pods "db-1" is forbidden: exceeded quota: few';
    await cluster.until('it says so', async () => (await cluster.eventsOn('StatefulSet', 'db')).some((text) => text.startsWith(failure)));
    await cluster.client.patch(resourceQuotas, keyIn('few'), { type: 'merge', body: { spec: { hard: { pods: '9' } } } });
    await ready(2);
  });
});

describe('the claims of a StatefulSet', () => {
  const owners = async (name: string) =>
    (await cluster.find(persistentVolumeClaims, name))?.metadata.ownerReferences?.map(({ kind, name: owner }) => `${kind}/${owner}`) ?? [];

  it('are made before their pods, stay when it shrinks, and are used again', async () => {
    cluster = await startControllersCluster();
    await create(2, { volumeClaimTemplates });
    await ready(2);
    const [, pod] = await cluster.list(pods);
    expect(pod?.spec?.volumes?.find(({ name }) => name === 'data')).toEqual({ name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } });
    const claim = await cluster.client.get(persistentVolumeClaims, keyIn('data-db-1'));
    expect(claim.metadata).toMatchObject({ labels });
    expect(claim.metadata.ownerReferences).toBeUndefined();
    expect(await cluster.eventsOn('StatefulSet', 'db')).toEqual([
      'SuccessfulCreate: create Claim data-db-0 Pod db-0 in StatefulSet db success',
      'SuccessfulCreate: create Pod db-0 in StatefulSet db successful',
      'SuccessfulCreate: create Claim data-db-1 Pod db-1 in StatefulSet db success',
      'SuccessfulCreate: create Pod db-1 in StatefulSet db successful',
    ]);
    await patch({ replicas: 0 });
    await ready(0);
    await patch({ replicas: 2 });
    await ready(2);
    expect((await cluster.client.get(persistentVolumeClaims, keyIn('data-db-1'))).metadata.uid).toBe(claim.metadata.uid);
    await cluster.client.delete(statefulSets, keyIn('db'), { propagationPolicy: 'Foreground' });
    await cluster.until('it is gone', async () => !(await cluster.find(statefulSets, 'db')));
    expect(await claimNames()).toEqual(['data-db-0', 'data-db-1']);
  });

  it('go with the pods that are scaled away, where the policy says so', async () => {
    cluster = await startControllersCluster();
    await create(3, { volumeClaimTemplates, persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' } });
    await ready(3);
    expect(await owners('data-db-2')).toEqual([]);
    const first = await cluster.client.get(persistentVolumeClaims, keyIn('data-db-1'));
    await patch({ replicas: 1 });
    await ready(1);
    await cluster.until('their claims are gone', async () => (await claimNames()).join() === 'data-db-0');
    await patch({ replicas: 2 });
    await ready(2);
    expect((await cluster.client.get(persistentVolumeClaims, keyIn('data-db-1'))).metadata.uid).not.toBe(first.metadata.uid);
  });

  it('go with the set, where the policy says so', async () => {
    cluster = await startControllersCluster();
    await create(2, { volumeClaimTemplates, persistentVolumeClaimRetentionPolicy: { whenScaled: 'Retain', whenDeleted: 'Delete' } });
    await ready(2);
    expect(await owners('data-db-1')).toEqual(['StatefulSet/db']);
    await cluster.client.delete(statefulSets, keyIn('db'), { propagationPolicy: 'Background' });
    await cluster.until('all is gone', async () => (await claimNames()).length === 0 && (await cluster.list(pods)).length === 0);
  });

  it('change their owners with the policy', async () => {
    cluster = await startControllersCluster();
    await create(2, { volumeClaimTemplates });
    await ready(2);
    await patch({ persistentVolumeClaimRetentionPolicy: { whenScaled: 'Retain', whenDeleted: 'Delete' } });
    await cluster.until('the set owns them', async () => (await owners('data-db-1')).join() === 'StatefulSet/db');
    await patch({ persistentVolumeClaimRetentionPolicy: { whenScaled: 'Retain', whenDeleted: 'Retain' } });
    await cluster.until('nobody owns them', async () => (await owners('data-db-1')).length === 0 && (await owners('data-db-0')).length === 0);
  });

  it('keep an owner that controls them otherwise, and a warning says so', async () => {
    cluster = await startControllersCluster();
    const other = { apiVersion: 'example.com/v1', kind: 'Keeper', name: 'keeper', uid: 'keeper', controller: true };
    await cluster.client.create(persistentVolumeClaims, {
      metadata: { name: 'data-db-0', namespace: 'default', ownerReferences: [other] },
      spec: volumeClaimTemplates[0]!.spec,
    });
    await create(1, { volumeClaimTemplates, persistentVolumeClaimRetentionPolicy: { whenScaled: 'Retain', whenDeleted: 'Delete' } });
    await ready(1);
    expect(await owners('data-db-0')).toEqual(['Keeper/keeper']);
    const conflict =
      'ConflictingController: PersistentVolumeClaim data-db-0 has a conflicting OwnerReference that acts as a manging controller, ' +
      'the retention policy is ignored for this claim';
    expect(await cluster.eventsOn('StatefulSet', 'db')).toContain(conflict);
  });

  it('are made again for a pod that waits for them', async () => {
    cluster = await startControllersCluster({ runPods: () => 'hold' });
    await create(1, { volumeClaimTemplates });
    await cluster.until('its pod waits', async () => (await cluster.find(pods, 'db-0'))?.status?.phase === 'Pending');
    const claim = await cluster.client.get(persistentVolumeClaims, keyIn('data-db-0'));
    await cluster.client.patch(persistentVolumeClaims, keyIn('data-db-0'), { type: 'merge', body: { metadata: { finalizers: null } } });
    await cluster.client.delete(persistentVolumeClaims, keyIn('data-db-0'));
    await cluster.until('there is another', async () => {
      const found = await cluster.find(persistentVolumeClaims, 'data-db-0');
      if (found?.metadata.deletionTimestamp)
        await unlessGone(
          cluster.client.patch(persistentVolumeClaims, keyIn('data-db-0'), { type: 'merge', body: { metadata: { finalizers: null } } }),
        );
      return found && found.metadata.uid !== claim.metadata.uid;
    });
  });
});

describe('an update of a StatefulSet', () => {
  it('replaces the pods one at a time, from the highest number down', async () => {
    cluster = await startControllersCluster();
    await create(3);
    await ready(3);
    const order = await recordOrder();
    await setImage('db:2');
    await updated(3);
    await order.stop();
    expect(order.ended).toEqual(['db-2', 'db-1', 'db-0']);
    expect(await imagesByName()).toEqual({ 'db-0': 'db:2', 'db-1': 'db:2', 'db-2': 'db:2' });
  });

  it('stops at the partition, below which pods are made anew from the old template', async () => {
    cluster = await startControllersCluster();
    await create(3, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
    await ready(3);
    await setImage('db:2');
    await cluster.until('one is updated', async () => (await status())?.updatedReplicas === 1 && (await status())?.readyReplicas === 3);
    const before = await cluster.list(pods);
    await cluster.client.delete(pods, keyIn('db-0'));
    await cluster.client.delete(pods, keyIn('db-2'));
    await cluster.until('others have taken their places', async () => {
      const kept = (await cluster.list(pods)).filter(({ metadata }) => before.some((old) => old.metadata.uid === metadata.uid));
      return kept.length === 1 && (await staying()).length === 3;
    });
    await ready(3);
    expect(await imagesByName()).toEqual({ 'db-0': 'db:1', 'db-1': 'db:1', 'db-2': 'db:2' });
    const { currentRevision, updateRevision } = (await status()) ?? {};
    expect(currentRevision).not.toBe(updateRevision);
    await patch({ updateStrategy: { rollingUpdate: { partition: 0 } } });
    await updated(3);
    expect((await status())?.currentRevision).toBe(updateRevision);
  });

  it('waits for somebody to delete the pods where it is OnDelete', async () => {
    cluster = await startControllersCluster();
    await create(2, { updateStrategy: { type: 'OnDelete' } });
    await ready(2);
    await setImage('db:2');
    await cluster.until('the revision is there', async () => (await status())?.updateRevision !== (await status())?.currentRevision);
    expect(await imagesByName()).toEqual({ 'db-0': 'db:1', 'db-1': 'db:1' });
    await cluster.client.delete(pods, keyIn('db-0'));
    await cluster.until('it is new', async () => (await imagesByName())['db-0'] === 'db:2');
    expect((await imagesByName())['db-1']).toBe('db:1');
  });

  it('that is broken stays where it is until its pod is deleted, although the template is mended', async () => {
    cluster = await startControllersCluster({ runPods: (pod) => (pod.spec?.containers[0]?.image === 'db:broken' ? 'unready' : 'run') });
    await create(3);
    await ready(3);
    await setImage('db:broken');
    await cluster.until('it is stuck', async () => (await status())?.updatedReplicas === 1 && (await status())?.readyReplicas === 2);
    await setImage('db:1');
    await cluster.until('it is seen', async () => (await status())?.observedGeneration === 3);
    expect((await imagesByName())['db-2']).toBe('db:broken');
    await cluster.client.delete(pods, keyIn('db-2'));
    await updated(3);
    expect(await imagesByName()).toEqual({ 'db-0': 'db:1', 'db-1': 'db:1', 'db-2': 'db:1' });
  });

  it('that is rolled back takes the old revision up again, under a new number', async () => {
    cluster = await startControllersCluster();
    await create(1);
    await ready(1);
    const { currentRevision: first } = (await status()) ?? {};
    await setImage('db:2');
    await updated(1);
    await setImage('db:1');
    await cluster.until('it is the first one again', async () => (await status())?.updateRevision === first);
    await updated(1);
    const numbers = Object.fromEntries((await cluster.list(controllerRevisions)).map(({ metadata, revision }) => [metadata.name, revision]));
    expect(numbers[first ?? '']).toBe(3);
    expect(Object.values(numbers).sort()).toEqual([2, 3]);
  });

  it('keeps as many old revisions as the limit says', async () => {
    cluster = await startControllersCluster();
    await create(1, { revisionHistoryLimit: 1 });
    await ready(1);
    for (const image of ['db:2', 'db:3', 'db:4']) {
      await setImage(image);
      await updated(1);
    }
    await cluster.until('two are left', async () => (await cluster.list(controllerRevisions)).length === 2);
    expect((await cluster.list(controllerRevisions)).map(({ revision }) => revision).sort()).toEqual([3, 4]);
  });

  it('finds another name where its hash is taken by another template', async () => {
    cluster = await startControllersCluster();
    await create(0);
    await ready(0);
    const [first] = await cluster.list(controllerRevisions);
    await cluster.client.delete(statefulSets, keyIn('db'), { propagationPolicy: 'Foreground' });
    await cluster.until(
      'all is gone',
      async () => !(await cluster.find(statefulSets, 'db')) && (await cluster.list(controllerRevisions)).length === 0,
    );
    await cluster.client.create(controllerRevisions, {
      metadata: { name: first!.metadata.name, namespace: 'default' },
      data: { spec: { template: {} } },
      revision: 7,
    });
    await create(1);
    await ready(1);
    expect((await status())?.collisionCount).toBe(1);
    expect(await cluster.list(controllerRevisions)).toHaveLength(2);
  });
});
