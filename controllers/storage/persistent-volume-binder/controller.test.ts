import { beforeEach, describe, expect, it } from '@jest/globals';
import { persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { aClaim, aVolume, boundClaim, refTo } from '../../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { storageClasses } from '../../../api/kinds/storage/storage-class.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { persistentVolumeBinderController } from './controller.ts';

let stub: StubEnv;
beforeEach(() => {
  stub = createStubEnv(persistentVolumeBinderController({ persistentVolumes, persistentVolumeClaims, storageClasses, pods }));
});
const shown = (...claims: readonly ReturnType<typeof aClaim>[]) => {
  for (const claim of claims) stub.show(persistentVolumeClaims, claim);
  stub.enqueued();
};
const wokenBy = (volume: ReturnType<typeof aVolume>) => {
  stub.show(persistentVolumes, volume);
  return stub.enqueued();
};

describe('a claim is woken', () => {
  it('by a free volume of its class, and by no other', () => {
    shown(aClaim('c'), aClaim('d', { storageClassName: 'fast' }), boundClaim('e', 'w'));
    expect(wokenBy(aVolume('v'))).toEqual(['v', 'default/c']);
    expect(wokenBy(aVolume('u', {}, { status: { phase: 'Pending' } }))).toEqual(['u']);
  });

  it('by a volume that is reserved for it, or that it names', () => {
    shown(aClaim('c'), aClaim('d', { volumeName: 'v' }));
    expect(wokenBy(aVolume('v', { claimRef: refTo(aClaim('c')) }, { status: { phase: 'Pending' } }))).toEqual(['v', 'default/c', 'default/d']);
  });

  it('by its class, and by a default class if it has none', () => {
    shown(aClaim('c', { storageClassName: undefined }), aClaim('d', { storageClassName: 'fast' }));
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    const metadata = { name: 'fast', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', annotations };
    stub.show(storageClasses, { metadata, provisioner: 'p' });
    expect(stub.enqueued()).toEqual(['default/d', 'default/c']);
  });
});

it('a volume is woken by the end of its claim, and nothing is listed for it', () => {
  const claim = boundClaim('c', 'v');
  shown(claim);
  wokenBy(aVolume('v', { claimRef: refTo(claim) }, { status: { phase: 'Bound' } }));
  stub.scans();
  stub.hide(persistentVolumeClaims, claim);
  expect(stub.enqueued()).toEqual(['default/c', 'v']);
  expect(stub.scans()).toBe(0);
});

it('a volume is not reclaimed because the cache of claims lags behind', async () => {
  const { metadata } = await stub.client.create(persistentVolumeClaims, { ...aClaim('c'), metadata: { name: 'c', namespace: 'default' } });
  const claimRef = { namespace: 'default', name: 'c', uid: metadata.uid };
  const volume = aVolume('v', { claimRef, persistentVolumeReclaimPolicy: 'Delete' }, { status: { phase: 'Bound' } });
  await stub.client.create(persistentVolumes, { ...volume, metadata: { name: 'v' } });
  await stub.catchUp(persistentVolumes);
  await stub.reconcile('v', '');
  expect((await stub.client.get(persistentVolumes, { namespace: '', name: 'v' })).status?.phase).toBe('Bound');
});

it('two claims at once get two volumes', async () => {
  for (const name of ['v', 'w']) {
    await stub.client.create(persistentVolumes, { ...aVolume(name), metadata: { name } });
    await stub.client.create(persistentVolumeClaims, { ...aClaim(`c-${name}`), metadata: { name: `c-${name}`, namespace: 'default' } });
  }
  await stub.catchUp(persistentVolumes);
  await stub.catchUp(persistentVolumeClaims);
  await Promise.all([stub.reconcile('c-v'), stub.reconcile('c-w')]);
  const { items } = await stub.client.list(persistentVolumeClaims);
  expect(items.map(({ spec }) => spec?.volumeName).sort()).toEqual(['v', 'w']);
});
