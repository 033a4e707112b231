import { beforeEach, describe, expect, it } from '@jest/globals';
import { persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { volumeAttributesClasses } from '../../../api/kinds/storage/volume-attributes-class.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { vacProtectionController } from './controller.ts';

const gold = { namespace: '', name: 'gold' };
const claim = { namespace: 'default', name: 'c' };

let stub: StubEnv;
beforeEach(async () => {
  stub = createStubEnv(vacProtectionController({ volumeAttributesClasses, persistentVolumeClaims, persistentVolumes }));
  await stub.client.create(volumeAttributesClasses, {
    metadata: { ...gold, finalizers: ['kubernetes.io/vac-protection'] },
    driverName: 'd.example.com',
  });
});
async function goldIsDeleted(): Promise<void> {
  const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  await stub.client.patch(volumeAttributesClasses, gold, { type: 'merge', body: { metadata } });
  await stub.catchUp(volumeAttributesClasses);
}
async function isHeld(): Promise<boolean> {
  await stub.reconcile('gold', '');
  return (await stub.client.get(volumeAttributesClasses, gold)).metadata.finalizers?.length === 1;
}

describe('a terminating class', () => {
  it.each<[string, object, boolean]>([
    ['stays while a claim asks for it', { spec: { volumeAttributesClassName: 'gold' } }, true],
    ['stays while a claim has it', { status: { currentVolumeAttributesClassName: 'gold' } }, true],
    [
      'stays while a claim is changed to it',
      { status: { modifyVolumeStatus: { status: 'InProgress', targetVolumeAttributesClassName: 'gold' } } },
      true,
    ],
    ['does not wait for a claim of another class', { spec: { volumeAttributesClassName: 'silver' } }, false],
  ])('%s', async (_sentence, content, left) => {
    await stub.client.create(persistentVolumeClaims, { metadata: claim, ...content });
    await stub.catchUp(persistentVolumeClaims);
    await goldIsDeleted();
    expect(await isHeld()).toBe(left);
  });

  it('stays while a volume names it, and is woken when that is gone', async () => {
    await stub.client.create(persistentVolumes, { metadata: { name: 'v' }, spec: { volumeAttributesClassName: 'gold' } });
    await stub.catchUp(persistentVolumes);
    await goldIsDeleted();
    expect(await isHeld()).toBe(true);
    stub.enqueued();
    await stub.client.delete(persistentVolumes, { namespace: '', name: 'v' });
    await stub.catchUp(persistentVolumes);
    expect(stub.enqueued()).toEqual(['gold']);
    expect(await isHeld()).toBe(false);
  });

  it('is woken by a claim that names another one now', async () => {
    await stub.client.create(persistentVolumeClaims, { metadata: claim, spec: { volumeAttributesClassName: 'gold' } });
    await stub.catchUp(persistentVolumeClaims);
    await goldIsDeleted();
    stub.enqueued();
    await stub.client.patch(persistentVolumeClaims, claim, { type: 'merge', body: { spec: { volumeAttributesClassName: 'silver' } } });
    await stub.catchUp(persistentVolumeClaims);
    expect(stub.enqueued()).toEqual(['gold']);
    expect(await isHeld()).toBe(false);
  });
});

it('a class in no danger is not woken by its claims', async () => {
  await stub.catchUp(volumeAttributesClasses);
  const created = await stub.client.create(persistentVolumeClaims, { metadata: claim, spec: { volumeAttributesClassName: 'gold' } });
  await stub.catchUp(persistentVolumeClaims);
  stub.hide(persistentVolumeClaims, created);
  expect(stub.enqueued()).toEqual([]);
});
