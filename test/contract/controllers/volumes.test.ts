import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { PersistentVolumeSpec } from '../../../api/kinds/core/persistent-volume/index.ts';
import { persistentVolumes } from '../../../api/kinds/core/persistent-volume/index.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { storageClasses } from '../../../api/kinds/storage/storage-class.ts';
import type { PersistentVolumeClaimSpec } from '../../../api/pod/volume/persistent-volume-claim.ts';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { twoOfEach, whileRestarting } from '../../support/cluster/trouble.ts';
import type { Trouble } from '../../support/cluster/troubled-client.ts';
import { troubledClient } from '../../support/cluster/troubled-client.ts';

/** Volumes with the policy Delete are directories of this machine. */
const root = mkdtempSync(join(tmpdir(), 'skiff-volumes-'));
afterAll(() => removeDirectory(root));
let cluster: ControllersCluster;
afterEach(() => cluster.stop());

const addVolume = (name: string, spec: Partial<PersistentVolumeSpec> = {}) =>
  cluster.client.create(persistentVolumes, {
    metadata: { name },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: join(root, name) }, ...spec },
  });
const addClaim = (name: string, spec: Partial<PersistentVolumeClaimSpec> = {}) =>
  cluster.client.create(persistentVolumeClaims, {
    metadata: { name, namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '1Gi' } }, ...spec },
  });
const volumePhase = (name: string, phase: string) =>
  cluster.until(`${name} is ${phase}`, async () => {
    const found = await cluster.find(persistentVolumes, name);
    return found?.status?.phase === phase && found;
  });
const claimPhase = (name: string, phase: string) =>
  cluster.until(`${name} is ${phase}`, async () => {
    const found = await cluster.find(persistentVolumeClaims, name);
    return found?.status?.phase === phase && found;
  });
const gone = (name: string) => cluster.until(`${name} is gone`, async () => (await cluster.find(persistentVolumes, name)) === undefined);

describe('a claim and a volume', () => {
  it('are bound, say so on both sides, and part again', async () => {
    cluster = await startControllersCluster();
    await addVolume('v');
    expect((await volumePhase('v', 'Available')).status?.lastPhaseTransitionTime).toBeDefined();
    await addClaim('c');
    const claim = await claimPhase('c', 'Bound');
    expect(claim).toMatchObject({
      metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' } },
      spec: { volumeName: 'v' },
      status: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } },
    });
    expect((await volumePhase('v', 'Bound')).spec?.claimRef).toMatchObject({
      kind: 'PersistentVolumeClaim',
      namespace: 'default',
      name: 'c',
      uid: claim.metadata.uid,
    });
    await cluster.client.delete(persistentVolumeClaims, keyIn('c'));
    await volumePhase('v', 'Released');
    await addClaim('d');
    await cluster.until('d says why it waits', async () => (await cluster.eventsOn('PersistentVolumeClaim', 'd')).length > 0);
    expect(await cluster.eventsOn('PersistentVolumeClaim', 'd')).toEqual([
      'FailedBinding: no persistent volumes available for this claim and no storage class is set',
    ]);
  });

  it('that were made for each other by name find each other', async () => {
    cluster = await startControllersCluster();
    await addClaim('c', { volumeName: 'v' });
    await addVolume('v', { claimRef: { namespace: 'default', name: 'c' } });
    await claimPhase('c', 'Bound');
    expect((await volumePhase('v', 'Bound')).metadata.annotations).toBeUndefined();
  });

  it('part for good if the volume is deleted by force', async () => {
    cluster = await startControllersCluster();
    await addVolume('v');
    await addClaim('c');
    await claimPhase('c', 'Bound');
    await cluster.client.delete(persistentVolumes, { namespace: '', name: 'v' });
    await cluster.client.patch(persistentVolumes, { namespace: '', name: 'v' }, { type: 'merge', body: { metadata: { finalizers: null } } });
    await claimPhase('c', 'Lost');
    await cluster.until('the event is there', async () =>
      (await cluster.eventsOn('PersistentVolumeClaim', 'c')).includes(
        'ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!',
      ),
    );
  });
});

describe('a released volume', () => {
  it('is deleted, if that is its policy', async () => {
    cluster = await startControllersCluster();
    await addVolume('v', { persistentVolumeReclaimPolicy: 'Delete' });
    await addClaim('c');
    await claimPhase('c', 'Bound');
    await cluster.client.delete(persistentVolumeClaims, keyIn('c'));
    await gone('v');
  });

  it('that nobody can delete is Failed, and says why', async () => {
    cluster = await startControllersCluster();
    await addVolume('v', { persistentVolumeReclaimPolicy: 'Delete', hostPath: { path: '/var/kept' } });
    await addClaim('c');
    await claimPhase('c', 'Bound');
    await cluster.client.delete(persistentVolumeClaims, keyIn('c'));
    const message = 'host_path deleter only supports /tmp/.+ but received provided /var/kept';
    expect((await volumePhase('v', 'Failed')).status?.message).toBe(message);
    await cluster.until('the event is there', async () =>
      (await cluster.eventsOn('PersistentVolume', 'v')).includes(`VolumeFailedDelete: ${message}`),
    );
  });

  it('is emptied by a pod and free again, if that is its policy', async () => {
    cluster = await startControllersCluster({ runPods: () => 'succeed' });
    await addVolume('v', { persistentVolumeReclaimPolicy: 'Recycle' });
    await addClaim('c');
    await claimPhase('c', 'Bound');
    await cluster.client.delete(persistentVolumeClaims, keyIn('c'));
    expect((await volumePhase('v', 'Available')).spec?.claimRef).toBeUndefined();
    await cluster.until('its pod is gone', async () => (await cluster.list(pods)).length === 0);
    expect(await cluster.eventsOn('PersistentVolume', 'v')).toContain('VolumeRecycled: Volume recycled');
  });
});

it('a claim without a class gets the default class that comes later, and asks its provisioner', async () => {
  cluster = await startControllersCluster();
  await addClaim('c', { storageClassName: undefined });
  await cluster.client.create(storageClasses, {
    metadata: { name: 'std', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'x.example.com/p',
  });
  const claim = await cluster.until('the provisioner is asked', async () => {
    const found = await cluster.find(persistentVolumeClaims, 'c');
    return found?.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'] !== undefined && found;
  });
  expect(claim.spec?.storageClassName).toBe('std');
  // What a provisioner does: a volume that names its claim.
  await addVolume(`pvc-${claim.metadata.uid}`, { storageClassName: 'std', claimRef: { namespace: 'default', name: 'c', uid: claim.metadata.uid } });
  expect((await claimPhase('c', 'Bound')).spec?.volumeName).toBe(`pvc-${claim.metadata.uid}`);
});

const COUNT = 8;
/** Claims take volumes, let them go, and others take those that are left; the end of each is checked. */
async function liveThrough(round: string): Promise<void> {
  const numbers = Array.from({ length: COUNT }, (_, index) => index);
  const policy = (index: number) => (index % 2 === 0 ? 'Delete' : 'Retain');
  const names = numbers.map((index) => `${round}-${index}`);
  await Promise.all(names.map((name, index) => addVolume(name, { persistentVolumeReclaimPolicy: policy(index) })));
  await Promise.all(names.map((name) => addClaim(name)));
  const bound = await Promise.all(names.map((name) => claimPhase(name, 'Bound')));
  expect(new Set(bound.map(({ spec }) => spec?.volumeName)).size).toBe(COUNT);
  await Promise.all(names.map((name) => volumePhase(name, 'Bound')));
  await Promise.all(names.map((name) => cluster.client.delete(persistentVolumeClaims, keyIn(name))));
  await Promise.all(names.map((name, index) => (policy(index) === 'Delete' ? gone(name) : volumePhase(name, 'Released'))));
  await addClaim(`${round}-late`);
  // Somebody has looked through a volume and lets others have it.
  await cluster.client.patch(persistentVolumes, { namespace: '', name: `${round}-1` }, { type: 'merge', body: { spec: { claimRef: null } } });
  expect((await claimPhase(`${round}-late`, 'Bound')).spec?.volumeName).toBe(`${round}-1`);
}

describe('volumes and claims come to the right end', () => {
  it.each<[string, Trouble]>([
    ['with caches that lag', { delayMs: 40 }],
    ['with every third write refused', { failEvery: 3 }],
    ['with every fourth answer lost', { loseEvery: 4 }],
    ['with watches that expire again and again', { expireAfter: 25 }],
    ['with all of it at once', { delayMs: 20, failEvery: 7, loseEvery: 11, expireAfter: 50 }],
  ])('%s', async (sentence, trouble) => {
    cluster = await startControllersCluster({ controllersClient: (client) => troubledClient(client, trouble) });
    await liveThrough(`t${sentence.length}`);
  });

  it('with two of each at work', async () => {
    cluster = await startControllersCluster({
      controllers: twoOfEach(),
    });
    await liveThrough('two');
  });

  it('with controllers that end in the middle, and others that begin', async () => {
    cluster = await startControllersCluster();
    await whileRestarting(cluster, liveThrough('restarted'));
  });
});
