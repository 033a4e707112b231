import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { volumeModeOf } from '../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';
import type { CsiVolumes, CsiWish } from '../contract/csi-volumes.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import type { PodDirectories } from '../contract/pod-directories.ts';
import { MountError } from '../contract/pod-volumes.ts';
import { bindingOfClaim, checkReach, isClaimed } from './claimed-volume.ts';
import { isMountPoint } from './mount-command.ts';
import type { PersistentMount } from './persistent-mount.ts';
import { isExclusive, mountPersistent, persistentMount } from './persistent-mount.ts';
import type { StorageMetrics } from './storage-metrics.ts';
import { pluginOfPersistentVolume } from './volume-plugin.ts';

/** Volumes of claims on this node. */
export interface ClaimedVolumes {
  /** Makes a pod's volumes of claims available; safe to repeat. Resolves with them by the volumes' names. @throws MountError naming the volume */
  setUp(pod: Live<Pod>, ending: AbortSignal): Promise<ReadonlyMap<string, PersistentMount>>;
  /** Lets other pods have the volumes that only one may have. Resolves once no set-up of the pod is under way: none is mounted after that. */
  forget(podUid: string): Promise<void>;
}

export interface ClaimedVolumesOptions {
  readonly nodeName: string;
  readonly directories: PodDirectories;
  readonly objects: ObjectSource;
  readonly csi: CsiVolumes;
  readonly metrics: StorageMetrics;
}

export function createClaimedVolumes({ nodeName, directories, objects, csi, metrics }: ClaimedVolumesOptions): ClaimedVolumes {
  /** The pods that have volumes for themselves, by the names of these. */
  const owners = new Map<string, string>();
  /** The end of each pod's latest set-up: one that has failed may have other volumes under way still. */
  const settled = new Map<string, Promise<unknown>>();
  const recordPath = (uid: string) => join(directories.pod(uid), 'claimed-volumes.json');

  const csiWish = async (pod: Live<Pod>, volume: Volume): Promise<CsiWish> => {
    const { volume: found, claim } = await bindingOfClaim(pod, volume, objects);
    const readOnly = volume.persistentVolumeClaim?.readOnly ?? false;
    return { pod, name: volume.name, source: { type: 'bound', volume: found, claim, readOnly } };
  };

  const setUpOne = async (pod: Live<Pod>, volume: Volume, ending: AbortSignal): Promise<PersistentMount> => {
    const { volume: found, claim } = await bindingOfClaim(pod, volume, objects);
    const { name } = found.metadata;
    const { uid } = pod.metadata;
    await checkReach(found, nodeName, objects);
    const fail = (why: string) => new MountError(`MountVolume.SetUp failed for volume ${JSON.stringify(name)} : ${why}`);
    if ((owners.get(name) ?? uid) !== uid) throw fail('volume uses the ReadWriteOncePod access mode and is already in use by another pod');
    if (isExclusive(found)) owners.set(name, uid);
    if (found.spec?.csi) {
      const readOnly = volume.persistentVolumeClaim?.readOnly ?? false;
      const path = await csi.setUp({ pod, name: volume.name, source: { type: 'bound', volume: found, claim, readOnly } }, ending);
      return persistentMount(found, path, readOnly);
    }
    const operation = volumeModeOf(found.spec) === 'Block' ? 'map_volume' : 'volume_mount';
    const wish = { pod, volume: found, readOnly: volume.persistentVolumeClaim?.readOnly ?? false };
    try {
      return await metrics.operation(pluginOfPersistentVolume(found), operation, () => mountPersistent(wish, directories));
    } catch (error) {
      if (error instanceof MountError) throw error;
      throw fail(error instanceof Error ? error.message : String(error));
    }
  };

  /** Reads the volumes that were set up before. They go on, whatever has become of the claim: the pod's containers have them. */
  const known = async (uid: string): Promise<ReadonlyMap<string, PersistentMount>> => {
    const text = await readFile(recordPath(uid), 'utf8').catch(() => undefined);
    return new Map(text === undefined ? [] : (JSON.parse(text) as [string, PersistentMount][]));
  };

  const record = async (uid: string, mounts: ReadonlyMap<string, PersistentMount>): Promise<void> => {
    const path = recordPath(uid);
    await mkdir(directories.pod(uid), { recursive: true });
    await writeFile(`${path}.new`, JSON.stringify([...mounts]));
    await rename(`${path}.new`, path);
  };

  /** A mount that the machine has lost, as in a reboot, is made again; a directory of the machine itself is there or not. */
  const isThere = async (uid: string, { path, device }: PersistentMount): Promise<boolean> => {
    if (device) return (await stat(path).catch(() => undefined))?.isBlockDevice() ?? false;
    return !path.startsWith(directories.pod(uid)) || isMountPoint(path);
  };

  return {
    async setUp(pod, ending) {
      const { uid } = pod.metadata;
      const volumes = (pod.spec?.volumes ?? []).filter(isClaimed);
      if (volumes.length === 0) return new Map();
      const before = await known(uid);
      const all = volumes.map(async (volume): Promise<[string, PersistentMount]> => {
        const old = before.get(volume.name);
        return [volume.name, old && (await isThere(uid, old)) ? old : await setUpOne(pod, volume, ending)];
      });
      settled.set(uid, Promise.allSettled([settled.get(uid), ...all]));
      const mounts = await Promise.all(all);
      for (const [, { volume, exclusive }] of mounts) if (exclusive) owners.set(volume, uid);
      for (const volume of volumes)
        if (mounts.some(([name, { csi: isCsi }]) => name === volume.name && isCsi)) csi.follow(uid, volume.name, () => csiWish(pod, volume));
      const byName = new Map(mounts);
      await record(uid, byName);
      return byName;
    },
    async forget(podUid) {
      for (const [volume, uid] of owners) if (uid === podUid) owners.delete(volume);
      await settled.get(podUid);
      settled.delete(podUid);
    },
  };
}
