import { beforeEach, describe, expect, it } from '@jest/globals';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { aClaim } from '../../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { SELECTED_NODE, STORAGE_PROVISIONER } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import { storageClasses } from '../../../api/kinds/storage/storage-class.ts';
import { errors } from '../../../api/meta/status-error.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { localPathClassController } from './class-controller.ts';
import { localPathProvisionerController } from './controller.ts';
import { PROVISIONER } from './names.ts';

const kinds = { persistentVolumes, persistentVolumeClaims, storageClasses, nodes };
const ALL = [persistentVolumes, persistentVolumeClaims, storageClasses, nodes];
let stub: StubEnv;
let uid: string;
const catchUp = async () => {
  for (const kind of ALL) await stub.catchUp(kind);
};

beforeEach(async () => {
  stub = createStubEnv(localPathProvisionerController(kinds));
  await stub.client.create(nodes, { metadata: { name: 'n' } });
  await stub.client.create(storageClasses, { metadata: { name: 'local-path' }, provisioner: PROVISIONER, volumeBindingMode: 'WaitForFirstConsumer' });
  const annotations = { [STORAGE_PROVISIONER]: PROVISIONER, [SELECTED_NODE]: 'n' };
  const claim = await stub.client.create(persistentVolumeClaims, {
    ...aClaim('c', { storageClassName: 'local-path' }),
    metadata: { name: 'c', namespace: 'default', annotations },
  });
  uid = claim.metadata.uid;
  await catchUp();
});

const onMake = (handle: () => Promise<unknown>) => stub.client.onSubresource('nodes', `proxy/localVolumes/pvc-${uid}`, handle);
const volume = () => stub.client.get(persistentVolumes, { namespace: '', name: `pvc-${uid}` });
const claim = () => stub.client.get(persistentVolumeClaims, { namespace: 'default', name: 'c' });

describe('a claim', () => {
  it('gets a directory on its node, and a volume for it, once', async () => {
    onMake(async () => ({ path: '/data/v' }));
    await stub.reconcile('c');
    expect((await volume()).spec?.local?.path).toBe('/data/v');
    await stub.reconcile('c');
    expect(stub.events).toContain(`ProvisioningSucceeded: Successfully provisioned volume pvc-${uid}`);
    await catchUp();
    const calls = stub.client.calls.length;
    await stub.reconcile('c');
    expect(stub.client.calls.length).toBe(calls);
  });

  it('goes back to the scheduler if its node has no directory for it, with the node’s reason', async () => {
    onMake(async () => {
      throw new Error('ENOSPC: no space left on device');
    });
    await stub.reconcile('c');
    expect(stub.events.at(-1)).toBe('ProvisioningFailed: failed to provision volume with StorageClass "local-path": ENOSPC: no space left on device');
    expect((await claim()).metadata.annotations).toEqual({ [STORAGE_PROVISIONER]: PROVISIONER });
  });

  it('is told that a node is not skiff’s', async () => {
    onMake(async () => {
      throw errors.notFound(nodes, 'n');
    });
    await stub.reconcile('c');
    expect(stub.events.at(-1)).toMatch(/node "n" has no local volumes: its agent must be skiff's$/);
  });
});

describe('a released volume', () => {
  beforeEach(async () => {
    onMake(async () => ({ path: '/data/v' }));
    await stub.reconcile('c');
    const made = await volume();
    await stub.client.update(persistentVolumes, { ...made, status: { phase: 'Released' } }, { subresource: 'status' });
    await catchUp();
  });
  const onRemove = (handle: () => Promise<unknown>) => stub.client.onSubresource('nodes', `proxy/localVolumes/pvc-${uid}/remove`, handle);

  it('goes after its directory', async () => {
    onRemove(async () => ({}));
    await stub.reconcile(`pvc-${uid}`, '');
    await expect(volume()).rejects.toThrow('not found');
  });

  it('stays while its directory cannot be deleted, and says why', async () => {
    onRemove(async () => {
      throw new Error('EBUSY');
    });
    await expect(stub.reconcile(`pvc-${uid}`, '')).rejects.toThrow('EBUSY');
    expect(stub.events.at(-1)).toBe('VolumeFailedDelete: EBUSY');
    expect((await volume()).metadata.finalizers).toHaveLength(1);
  });

  it('goes if its node is gone for good', async () => {
    await stub.client.delete(nodes, { namespace: '', name: 'n' });
    await stub.reconcile(`pvc-${uid}`, '');
    await expect(volume()).rejects.toThrow('not found');
  });
});

describe('the class', () => {
  const classes = async () => (await stub.client.list(storageClasses)).items.map(({ metadata }) => [metadata.name, metadata.annotations ?? {}]);
  const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  beforeEach(() => {
    stub = createStubEnv(localPathClassController(kinds));
  });

  it('comes with the first node, and is the default', async () => {
    await stub.client.create(nodes, { metadata: { name: 'n' } });
    await catchUp();
    expect(stub.enqueued()).toEqual(['n']);
    await stub.reconcile('n', '');
    expect(await classes()).toEqual([['local-path', isDefault]]);
  });

  it('does not take the place of another default', async () => {
    await stub.client.create(storageClasses, { metadata: { name: 'own', annotations: isDefault }, provisioner: 'p' });
    await catchUp();
    await stub.reconcile('n', '');
    expect(await classes()).toEqual([
      ['own', isDefault],
      ['local-path', {}],
    ]);
  });

  it('stays as somebody has made it, and away if somebody deletes it', async () => {
    await stub.client.create(storageClasses, { metadata: { name: 'local-path' }, provisioner: 'rancher.io/local-path' });
    await catchUp();
    await stub.reconcile('n', '');
    expect(await classes()).toEqual([['local-path', {}]]);
    await stub.client.delete(storageClasses, { namespace: '', name: 'local-path' });
    await catchUp();
    await stub.reconcile('n', '');
    expect(await classes()).toEqual([]);
  });
});
