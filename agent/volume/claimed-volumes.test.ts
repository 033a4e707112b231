import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { nodes } from '../../api/kinds/core/node/index.ts';
import type { PersistentVolumeSpec } from '../../api/kinds/core/persistent-volume/index.ts';
import { persistentVolumes } from '../../api/kinds/core/persistent-volume/index.ts';
import { aClaim, aVolume } from '../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import { persistentVolumeClaims } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { MemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import type { CsiWish } from '../contract/csi-volumes.ts';
import { podDirectories } from '../contract/pod-directories.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import { readMountTable } from '../host/mount-table.ts';
import { createClaimedVolumes } from './claimed-volumes.ts';
import { containerDevices } from './container-mount.ts';
import { bindMount, isMountPoint, unmountUnder } from './mount-command.ts';
import { directSource } from './object-cache.ts';
import { noStorageMetrics } from './storage-metrics.ts';

let root = '';
let client: MemoryClient;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'claimed-volumes-'));
  await mkdir(join(root, 'disk'));
  client = createMemoryClient(createFakeClock());
  await client.create(nodes, { metadata: { name: 'n', labels: { 'kubernetes.io/hostname': 'n' } } });
});
afterEach(() => removeDirectory(root));

const going = new AbortController().signal;
const volumes = () =>
  createClaimedVolumes({ nodeName: 'n', directories: podDirectories(root), objects: directSource(client), csi, metrics: noStorageMetrics });
/** A node with one driver, which mounts nothing. */
const csi = {
  setUp: async ({ name }: CsiWish) => join(root, `csi-${name}`),
  follow: () => {},
  tearDown: async () => {},
  stats: () => [],
  inUse: () => [],
};
const byClaim: Volume = { name: 'data', persistentVolumeClaim: { claimName: 'c' } };
const mounting = (volume = byClaim, uid = 'u1') =>
  aPod({ containers: [aContainer('main', { volumeMounts: [{ name: volume.name, mountPath: '/data' }] })], volumes: [volume] }, { uid });

async function bound(spec: Partial<PersistentVolumeSpec> = {}, status = 'Bound'): Promise<void> {
  const claim = aClaim('c', { volumeName: 'v' }, { status: { phase: status } });
  const { metadata } = await client.create(persistentVolumeClaims, { ...claim, metadata: { name: 'c', namespace: 'default' } });
  const local = { hostPath: undefined, local: { path: join(root, 'disk') } };
  await client.create(persistentVolumes, aVolume('v', { ...local, claimRef: { namespace: 'default', name: 'c', uid: metadata.uid }, ...spec }));
}
const path = async (pod = mounting()) => (await volumes().setUp(pod, going)).get('data')?.path;
const unmounted = 'Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[data]: ';

const isRoot = process.getuid?.() === 0;
(isRoot ? it : it.skip)('a local block device is a device of the containers that ask for it', async () => {
  const device = join(root, 'device');
  await promisify(execFile)('mknod', [device, 'b', '7', '250']);
  await bound({ volumeMode: 'Block', local: { path: device } });
  const claimer = aPod({ containers: [aContainer('main', { volumeDevices: [{ name: 'data', devicePath: '/dev/xvda' }] })], volumes: [byClaim] });
  const claimed = await volumes().setUp(claimer, going);
  const [main = aContainer('main')] = claimer.spec?.containers ?? [];
  expect(containerDevices(main, claimed)).toEqual([{ container_path: '/dev/xvda', host_path: device, permissions: 'mrw' }]);
  await rm(device);
  await expect(volumes().setUp(claimer, going)).rejects.toThrow(
    `MapVolume.NewBlockVolumeMapper initialization failed for volume "v" : path "${device}" does not exist`,
  );
});

(isRoot ? it : it.skip)('a local directory is given to the group of the pod, also behind a symbolic link', async () => {
  await symlink(join(root, 'disk'), join(root, 'link'));
  await bound({ local: { path: join(root, 'link') } });
  const pod = mounting();
  await volumes().setUp({ ...pod, spec: { ...pod.spec!, securityContext: { fsGroup: 1234 } } }, going);
  const { gid, mode } = await stat(join(root, 'disk'));
  expect([gid, mode & 0o2070]).toEqual([1234, 0o2070]);
  expect((await lstat(join(root, 'link'))).gid).toBe(0);
});

(isRoot ? describe : describe.skip)('mount options of a local directory', () => {
  afterEach(() => unmountUnder(root));
  const optionsAt = async (point: string) => {
    const mounts = await readMountTable();
    return mounts.filter((mount) => mount.point === point).map(({ options }) => options);
  };

  it('hold in the pod alone, which has the directory mounted once', async () => {
    await bound({ mountOptions: ['nosuid', 'noexec'] });
    const mounted = await path();
    expect(mounted).toBe(podDirectories(root).volume('u1', 'kubernetes.io/local-volume', 'v'));
    await writeFile(join(root, 'disk/file'), 'of the disk');
    expect(await readFile(join(mounted ?? '', 'file'), 'utf8')).toBe('of the disk');
    expect(await optionsAt(mounted ?? '')).toEqual([expect.arrayContaining(['noexec', 'nosuid'])]);
    expect(await path()).toBe(mounted);
    expect(await optionsAt(mounted ?? '')).toHaveLength(1);
    await unmountUnder(podDirectories(root).pod('u1'));
    await removeDirectory(podDirectories(root).pod('u1'));
    expect(await readFile(join(root, 'disk/file'), 'utf8')).toBe('of the disk');
  });

  it('are set on a mount that was left without them', async () => {
    await bound({ mountOptions: ['noexec'] });
    const target = podDirectories(root).volume('u1', 'kubernetes.io/local-volume', 'v');
    await mkdir(target, { recursive: true });
    await bindMount(join(root, 'disk'), target);
    await path();
    expect(await optionsAt(target)).toEqual([expect.arrayContaining(['noexec'])]);
  });

  it('may be those of the annotation, as they were given once', async () => {
    await bound({ mountOptions: ['nosuid'] });
    const metadata = { annotations: { 'volume.beta.kubernetes.io/mount-options': 'noexec' } };
    await client.patch(persistentVolumes, { namespace: '', name: 'v' }, { type: 'merge', body: { metadata } });
    const [options] = await optionsAt((await path()) ?? '');
    expect(options).toContain('noexec');
    expect(options).not.toContain('nosuid');
  });

  it('that cannot be had leave nothing mounted', async () => {
    const { PATH: programs = '' } = process.env;
    const remountFails = `#!/bin/sh\ncase "$*" in *remount*) echo denied >&2; exit 32;; esac\nPATH=${programs} exec mount "$@"\n`;
    await writeFile(join(root, 'mount'), remountFails, { mode: 0o755 });
    await bound({ mountOptions: ['noexec'] });
    const target = podDirectories(root).volume('u1', 'kubernetes.io/local-volume', 'v');
    process.env.PATH = `${root}:${programs}`;
    try {
      await expect(path()).rejects.toThrow(
        `MountVolume.SetUp failed for volume "v" : mount failed: exit status 32\nMounting command: mount\n` +
          `Mounting arguments: -o bind,remount,noexec ${join(root, 'disk')} ${target}\nOutput: denied\n`,
      );
    } finally {
      process.env.PATH = programs;
    }
    expect(await isMountPoint(target)).toBe(false);
  });
});

it('a volume of a CSI driver is what the driver makes of it', async () => {
  await bound({ hostPath: undefined, local: undefined, csi: { driver: 'd', volumeHandle: 'h' } });
  expect(await path()).toBe(join(root, 'csi-data'));
});

describe('the volume of a claim', () => {
  it('is the directory of its local volume', async () => {
    await bound();
    expect(await path()).toBe(join(root, 'disk'));
  });

  it('is the path of its host path, made where its type says so', async () => {
    const made = join(root, 'made');
    await bound({ local: undefined, hostPath: { path: made, type: 'DirectoryOrCreate' } });
    expect(await path()).toBe(made);
    expect((await stat(made)).isDirectory()).toBe(true);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'is not there',
      async () => {},
      `${unmounted}error processing PVC default/c: failed to fetch PVC from API server: persistentvolumeclaims "c" not found`,
    ],
    ['is not bound', () => bound({}, 'Pending'), `${unmounted}error processing PVC default/c: PVC is not bound`],
    [
      'has lost its volume',
      () => bound({ claimRef: undefined }),
      `${unmounted}error processing PVC default/c: found PV object v but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim`,
    ],
    ['is of another mode', () => bound({ volumeMode: 'Block' }), `${unmounted}volume data has volumeMode Block, but is specified in volumeMounts`],
    [
      'has no directory',
      () => bound({ local: { path: '/no/such' } }),
      'MountVolume.NewMounter initialization failed for volume "v" : path "/no/such" does not exist',
    ],
    [
      'has mount options for a host path',
      () => bound({ local: undefined, hostPath: { path: root }, mountOptions: ['noexec'] }),
      'MountVolume.MountOptionSupport check failed for volume "v" : mount options are not supported for this volume type',
    ],
    [
      'is on another node',
      () =>
        bound({
          nodeAffinity: {
            required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['m'] }] }] },
          },
        }),
      'MountVolume.NodeAffinity check failed for volume "v" : no matching NodeSelectorTerms',
    ],
    [
      'is of a kind that nobody mounts here',
      () => bound({ local: undefined, iscsi: { targetPortal: 't', iqn: 'i', lun: 0 } }),
      'MountVolume.SetUp failed for volume "v" : no volume plugin matched',
    ],
  ])('that %s says so', async (_sentence, make, expected) => {
    await make();
    await expect(path()).rejects.toThrow(expected);
  });

  it('that was made for another pod is refused', async () => {
    await bound();
    await client.create(persistentVolumeClaims, {
      ...aClaim('p-data', { volumeName: 'v' }, { status: { phase: 'Bound' } }),
      metadata: { name: 'p-data', namespace: 'default' },
    });
    await expect(path(mounting({ name: 'data', ephemeral: {} }))).rejects.toThrow(
      'PVC default/p-data was not created for pod default/p (pod is not the owner)',
    );
  });

  it('for one pod alone waits until that lets it go', async () => {
    await bound({ accessModes: ['ReadWriteOncePod'] });
    const here = volumes();
    await here.setUp(mounting(), going);
    const other = mounting(byClaim, 'u2');
    await expect(here.setUp(other, going)).rejects.toThrow('volume uses the ReadWriteOncePod access mode and is already in use by another pod');
    await here.forget('u1');
    expect((await here.setUp(other, going)).size).toBe(1);
  });

  it('is not let go while another of the pod is still being mounted', async () => {
    await bound();
    let mounted = (_path: string) => {};
    const slow = { ...csi, setUp: () => new Promise<string>((resolve) => (mounted = resolve)) };
    const here = createClaimedVolumes({
      nodeName: 'n',
      directories: podDirectories(root),
      objects: directSource(client),
      csi: slow,
      metrics: noStorageMetrics,
    });
    const claim = await client.create(persistentVolumeClaims, {
      ...aClaim('slow', { volumeName: 'w' }, { status: { phase: 'Bound' } }),
      metadata: { name: 'slow', namespace: 'default' },
    });
    const claimRef = { namespace: 'default', name: 'slow', uid: claim.metadata.uid };
    await client.create(persistentVolumes, aVolume('w', { hostPath: undefined, csi: { driver: 'd', volumeHandle: 'h' }, claimRef }));
    const other: Volume = { name: 'none', persistentVolumeClaim: { claimName: 'none' } };
    const pod = aPod({ volumes: [{ name: 'slow', persistentVolumeClaim: { claimName: 'slow' } }, other] });
    await expect(here.setUp(pod, going)).rejects.toThrow('persistentvolumeclaims "none" not found');
    const order: string[] = [];
    const gone = here.forget('u1').then(() => order.push('forgotten'));
    await new Promise(setImmediate);
    order.push('mounted');
    mounted('/w');
    await gone;
    expect(order).toEqual(['mounted', 'forgotten']);
  });

  it('stays with its pod after a restart of the agent, though the claim is terminating', async () => {
    await bound();
    await volumes().setUp(mounting(), going);
    await client.patch(
      persistentVolumeClaims,
      { namespace: 'default', name: 'c' },
      { type: 'merge', body: { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } } },
    );
    expect(await path()).toBe(join(root, 'disk'));
    await expect(path(mounting(byClaim, 'u2'))).rejects.toThrow('PVC is being deleted');
  });
});

it('a volume that is a host path is marked: its file system tells nothing of it', async () => {
  const marked = async () => (await volumes().setUp(mounting(), going)).get('data')?.hostPath;
  await bound({ local: undefined, hostPath: { path: join(root, 'disk') } });
  expect(await marked()).toBe(true);
});
