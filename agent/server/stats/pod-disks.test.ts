import { expect, it } from '@jest/globals';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { podDirectories } from '../../contract/pod-directories.ts';
import { aPod } from '../../contract/pods.fixture.ts';
import type { MeasurableVolume, VolumeStats } from '../../contract/volume-stats.ts';
import type { DisksNode, Measures } from './pod-disks.ts';
import { createPodDisks } from './pod-disks.ts';
import type { UsagePods } from './usage-node.ts';

const clock = createFakeClock();
const use = { bytes: { total: 100, used: 60, available: 30 }, inodes: { total: 10, used: 4, available: 6 } };
const claim = { namespace: 'shop', name: 'c' };
const volume = (name: string, by: MeasurableVolume['by'], more: Partial<MeasurableVolume> = {}): MeasurableVolume => ({
  podUid: 'u1',
  name,
  claim: undefined,
  path: `/${name}`,
  by,
  ...more,
});
const driven: VolumeStats = { podUid: 'u1', name: 'driven', claim, time: 0, bytes: undefined, inodes: undefined, abnormal: true };

function disksOf(
  measurable: readonly MeasurableVolume[],
  files: Measures['files'] = async (paths) => new Map(paths.map((path) => [path, { bytes: 7, inodes: 2 }])),
) {
  const node = {
    clock,
    log: silentLogger,
    directories: podDirectories('/d'),
    cache: { podUids: () => ['u1', 'stray'], of: () => ({ sandboxes: [], containers: [{ name: 'main' }, { name: 'main' }] }) },
    volumes: { measurable: () => measurable },
    csi: { volumes: { stats: () => [driven] } },
  } as unknown as DisksNode;
  const pods = {
    byUid: (uid: string) => (uid === 'u1' ? { pod: aPod({}, { uid, name: 'web', namespace: 'shop' }) } : undefined),
  } as unknown as UsagePods;
  return createPodDisks(node, pods, {
    files,
    filesystems: async (paths, found) => {
      for (const path of paths) if (path !== '/dead') found(path, use);
    },
    device: async () => 4096,
  });
}

it('the volumes of claims are those of drivers, file systems and devices, and no file is counted for them', async () => {
  const volumes = [
    volume('data', 'filesystem', { claim }),
    volume('dead', 'filesystem', { claim }),
    volume('raw', 'device', { claim }),
    volume('cache', 'files'),
  ];
  const disks = disksOf(volumes, () => Promise.reject(new Error('not asked for')));
  expect(await disks.claims()).toEqual([
    driven,
    { podUid: 'u1', name: 'data', claim, time: clock.now(), ...use, abnormal: undefined },
    { podUid: 'u1', name: 'raw', claim, time: clock.now(), bytes: { total: 4096 }, inodes: undefined, abnormal: undefined },
  ]);
});

it('volumes that are measured by their files have the free space of their file system; so are logs and /etc/hosts', async () => {
  const { volumes, usedIn } = await disksOf([volume('cache', 'files'), volume('dead', 'files')]).all();
  const mixed = { bytes: { total: 100, used: 7, available: 30 }, inodes: { total: 10, used: 2, available: 6 } };
  expect(volumes).toEqual([{ podUid: 'u1', name: 'cache', claim: undefined, time: clock.now(), ...mixed, abnormal: undefined }, driven]);
  expect(usedIn('/d/logs/pods/shop_web_u1/main')).toEqual({ bytes: 7, inodes: 2 });
  expect(usedIn('/d/pods/u1/etc-hosts')).toEqual({ bytes: 7, inodes: 2 });
  expect(usedIn('/d/pods/stray/etc-hosts')).toBeUndefined();
});
