import { beforeEach, describe, expect, it } from '@jest/globals';
import { controllerRevisions } from '../../../api/kinds/apps/controller-revision.ts';
import { statefulSets } from '../../../api/kinds/apps/stateful-set/index.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { errors, StatusError } from '../../../api/meta/status-error.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { statefulSetController } from './controller.ts';
import { claim, statefulPod } from './stateful-pods.fixture.ts';

const key = { namespace: 'default', name: 'db' };
const kinds = { statefulSets, revisions: controllerRevisions, pods, claims: persistentVolumeClaims };
let stub: StubEnv;
beforeEach(async () => {
  stub = createStubEnv(statefulSetController(kinds));
  await stub.client.create(statefulSets, {
    metadata: { name: 'db', namespace: 'default', generation: 1 },
    spec: {
      replicas: 2,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [] } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    },
  });
  await stub.catchUp(statefulSets);
  stub.enqueued();
});

const made = async () => (await stub.client.list(pods)).items;
const revisions = async () => (await stub.client.list(controllerRevisions)).items;
async function edit(spec: object): Promise<void> {
  await stub.client.patch(statefulSets, key, { type: 'merge', body: { spec } });
  await stub.catchUp(statefulSets);
}
const withClaims = () => edit({ volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] });

describe('a StatefulSet whose cache lags', () => {
  it('makes no pod, claim or revision twice, and no fuss', async () => {
    await withClaims();
    await stub.reconcile('db');
    await stub.reconcile('db');
    expect((await made()).map(({ metadata }) => metadata.name)).toEqual(['db-0']);
    expect((await stub.client.list(persistentVolumeClaims)).items).toHaveLength(1);
    expect(await revisions()).toHaveLength(1);
    expect(stub.events).toEqual([
      'SuccessfulCreate: create Claim data-db-0 Pod db-0 in StatefulSet db success',
      'SuccessfulCreate: create Pod db-0 in StatefulSet db successful',
    ]);
  });

  it('deletes no pod of the same name that came after', async () => {
    stub.show(pods, { ...statefulPod(5), metadata: { ...statefulPod(5).metadata, labels: { app: 'db' }, ownerReferences: await controlled() } });
    await stub.client.create(pods, { metadata: { name: 'db-5', namespace: 'default' } });
    await edit({ replicas: 0 });
    await stub.reconcile('db');
    expect((await made()).map(({ metadata }) => metadata.name)).toEqual(['db-5']);
    expect(stub.events).toEqual([]);
  });
});

const controlled = async () => {
  const { uid } = (await stub.client.get(statefulSets, key)).metadata;
  return [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid, controller: true }];
};

describe('what fails', () => {
  it('is told in an event, and tried again', async () => {
    stub.client.failNext('create pods', errors.forbidden(pods, 'db-0', 'no room'));
    await expect(stub.reconcile('db')).rejects.toThrow('no room');
    expect(stub.events).toEqual(['FailedCreate: create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: no room']);
    expect((await stub.client.get(statefulSets, key)).status).toMatchObject({ replicas: 0, observedGeneration: 1 });
    await stub.catchUp(statefulSets);
    await stub.reconcile('db');
    expect(await made()).toHaveLength(1);
  });

  it('of a claim keeps the pod from being made', async () => {
    await withClaims();
    stub.client.failNext('create persistentvolumeclaims', errors.forbidden(persistentVolumeClaims, 'data-db-0', 'too much'));
    const cause = 'persistentvolumeclaims "data-db-0" is forbidden: too much';
    await expect(stub.reconcile('db')).rejects.toThrow(`failed to create PVC data-db-0: ${cause}`);
    expect(await made()).toEqual([]);
    expect(stub.events).toEqual([
      `FailedCreate: create Claim data-db-0 for Pod db-0 in StatefulSet db failed error: ${cause}`,
      `FailedCreate: create Pod db-0 in StatefulSet db failed error: failed to create PVC data-db-0: ${cause}`,
    ]);
  });

  it('because the claim is being deleted is said so', async () => {
    await withClaims();
    stub.show(persistentVolumeClaims, claim('data-db-0', { deletionTimestamp: '2026-01-02T00:00:00Z' }));
    await expect(stub.reconcile('db')).rejects.toThrow('pvc data-db-0 is being deleted');
    expect(stub.events).toEqual(['FailedCreate: create Pod db-0 in StatefulSet db failed error: pvc data-db-0 is being deleted']);
  });

  it('because somebody else has the name is tried again, without an event', async () => {
    await stub.client.create(pods, { metadata: { name: 'db-0', namespace: 'default' } });
    await expect(stub.reconcile('db')).rejects.toThrow('already exists');
    expect(stub.events).toEqual([]);
  });

  it('because the namespace terminates is no failure', async () => {
    stub.client.failNext('create pods', new StatusError('Forbidden', 'going', { causes: [{ reason: 'NamespaceTerminating' }] }));
    await stub.reconcile('db');
    expect(stub.events).toEqual([]);
  });

  it('in a Parallel set stops after a few', async () => {
    await edit({ replicas: 40, podManagementPolicy: 'Parallel' });
    for (let i = 0; i < 40; i++) stub.client.failNext('create pods', errors.forbidden(pods, '', 'no room'));
    await expect(stub.reconcile('db')).rejects.toThrow('no room');
    expect(stub.events).toHaveLength(1);
  });
});

it('that is deleted counts its pods, and makes neither pods nor revisions', async () => {
  await stub.client.patch(statefulSets, key, { type: 'merge', body: { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } } });
  await stub.catchUp(statefulSets);
  stub.show(pods, { ...statefulPod(0), metadata: { ...statefulPod(0).metadata, labels: { app: 'db' }, ownerReferences: await controlled() } });
  await stub.reconcile('db');
  expect(await made()).toEqual([]);
  expect(await revisions()).toEqual([]);
  expect((await stub.client.get(statefulSets, key)).status).toMatchObject({ replicas: 1, readyReplicas: 1 });
});

describe('what wakes it', () => {
  it('is the end of a claim that may be its own', () => {
    const own = claim('data-db-0');
    const other = claim('data-web-0');
    for (const one of [own, other]) stub.show(persistentVolumeClaims, one);
    expect(stub.enqueued()).toEqual([]);
    stub.hide(persistentVolumeClaims, other);
    expect(stub.enqueued()).toEqual([]);
    stub.hide(persistentVolumeClaims, own);
    expect(stub.enqueued()).toEqual(['default/db']);
  });

  it('is a pod that its counts depend on, and none of others', async () => {
    const pod = { ...statefulPod(0), metadata: { ...statefulPod(0).metadata, labels: { app: 'db' }, ownerReferences: await controlled() } };
    stub.scans();
    stub.show(pods, pod);
    expect(stub.enqueued()).toEqual(['default/db']);
    stub.show(pods, { ...pod, spec: { containers: [], nodeName: 'n' }, metadata: { ...pod.metadata, resourceVersion: '2' } });
    expect(stub.enqueued()).toEqual([]);
    stub.show(pods, { ...pod, status: { phase: 'Failed' }, metadata: { ...pod.metadata, resourceVersion: '3' } });
    expect(stub.enqueued()).toEqual(['default/db']);
    stub.show(pods, { ...statefulPod(1), metadata: { ...statefulPod(1).metadata, labels: { app: 'web' } } });
    expect(stub.enqueued()).toEqual([]);
    expect(stub.scans()).toBe(0);
  });
});
