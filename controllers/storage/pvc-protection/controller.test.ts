import { beforeEach, describe, expect, it } from '@jest/globals';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { pvcProtectionController } from './controller.ts';

const DELETED_AT = '2026-01-01T00:00:00Z';
const FINALIZER = 'kubernetes.io/pvc-protection';
const key = { namespace: 'default', name: 'web-data' };
const byName = { name: 'v', persistentVolumeClaim: { claimName: key.name } };
const ephemeral = { name: 'data', ephemeral: {} };

let stub: StubEnv;
beforeEach(() => {
  stub = createStubEnv(pvcProtectionController({ persistentVolumeClaims, pods }));
});

async function claimExists(metadata: object = {}): Promise<void> {
  await stub.client.create(persistentVolumeClaims, { metadata: { ...key, finalizers: [FINALIZER], ...metadata } });
}
async function claimIsDeleted(): Promise<void> {
  await stub.client.patch(persistentVolumeClaims, key, { type: 'merge', body: { metadata: { deletionTimestamp: DELETED_AT } } });
  await stub.catchUp(persistentVolumeClaims);
}
const podExists = (spec: object, rest: { metadata?: object; status?: object } = {}): Promise<Live<Pod>> =>
  stub.client.create<Pod>(pods, {
    ...rest,
    metadata: { name: 'web', namespace: 'default', ...rest.metadata },
    spec: { containers: [], nodeName: 'n', ...spec },
  });
async function isHeld(): Promise<boolean> {
  await stub.reconcile(key.name);
  const { metadata } = await stub.client.get(persistentVolumeClaims, key);
  return metadata.finalizers?.includes(FINALIZER) ?? false;
}

describe('a terminating claim', () => {
  it('is let go if no pod uses it', async () => {
    await claimExists();
    await claimIsDeleted();
    expect(stub.enqueued()).toEqual(['default/web-data']);
    expect(await isHeld()).toBe(false);
  });

  it.each<[string, object, object, boolean]>([
    ['stays while a pod on a node uses it', { volumes: [byName] }, {}, true],
    ['stays while a pod that has ended uses it', { volumes: [byName] }, { status: { phase: 'Succeeded' } }, true],
    ['does not wait for a pod that is on no node', { volumes: [byName], nodeName: '' }, {}, false],
    ['does not wait for a pod with another claim', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'b' } }] }, {}, false],
    ['does not wait for a pod of another namespace', { volumes: [byName] }, { metadata: { namespace: 'other' } }, false],
    ["does not wait for another pod's ephemeral volume", { volumes: [ephemeral] }, {}, false],
  ])('%s', async (_sentence, spec, rest, left) => {
    await claimExists();
    await podExists(spec, rest);
    await stub.catchUp(pods);
    await claimIsDeleted();
    expect(await isHeld()).toBe(left);
  });

  it('made for an ephemeral volume stays until its pod is shut down', async () => {
    const pod = await podExists({ volumes: [ephemeral] });
    const { uid } = pod.metadata;
    await claimExists({ ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid, controller: true }] });
    await stub.catchUp(pods);
    await claimIsDeleted();
    expect(await isHeld()).toBe(true);
    stub.enqueued();
    const terminating = { ...pod.metadata, deletionTimestamp: DELETED_AT, finalizers: ['example.com/f'] };
    stub.show(pods, { ...pod, metadata: { ...terminating, deletionGracePeriodSeconds: 30 } });
    expect(stub.enqueued()).toEqual([]);
    stub.show(pods, await stub.client.update(pods, { ...pod, metadata: { ...terminating, deletionGracePeriodSeconds: 0 } }));
    expect(stub.enqueued()).toEqual(['default/web-data']);
    expect(await isHeld()).toBe(false);
  });

  it('stays while the API server has a user that the informer has not seen, and is looked at again', async () => {
    await claimExists();
    await podExists({ volumes: [byName] });
    await claimIsDeleted();
    expect(await stub.reconcile(key.name)).toEqual({ requeueAfterMs: 5_000 });
    expect(await isHeld()).toBe(true);
  });

  it('is woken when its last pod is gone', async () => {
    await claimExists();
    const pod = await podExists({ volumes: [byName] });
    await stub.catchUp(pods);
    await claimIsDeleted();
    stub.enqueued();
    await stub.client.delete(pods, { namespace: 'default', name: 'web' });
    stub.hide(pods, pod);
    expect(stub.enqueued()).toEqual(['default/web-data']);
    expect(await isHeld()).toBe(false);
  });

  it('is woken by a pod that replaces its user under the same name', async () => {
    await claimExists();
    const pod = await podExists({ volumes: [byName] });
    await stub.catchUp(pods);
    await claimIsDeleted();
    stub.enqueued();
    stub.show(pods, { ...pod, metadata: { ...pod.metadata, uid: 'other' }, spec: { ...pod.spec, containers: [], volumes: [] } });
    expect(stub.enqueued()).toEqual(['default/web-data']);
  });
});

describe('a claim that is not terminating', () => {
  it('gets the finalizer if it lacks it, beside those of others', async () => {
    await claimExists({ finalizers: ['example.com/f'] });
    await stub.catchUp(persistentVolumeClaims);
    await stub.reconcile(key.name);
    expect((await stub.client.get(persistentVolumeClaims, key)).metadata.finalizers).toEqual(['example.com/f', FINALIZER]);
  });

  it('is not woken, neither by itself nor by its pods', async () => {
    await claimExists();
    const pod = await podExists({ volumes: [byName] });
    await stub.catchUp(persistentVolumeClaims);
    await stub.catchUp(pods);
    stub.hide(pods, pod);
    expect(stub.enqueued()).toEqual([]);
  });
});
