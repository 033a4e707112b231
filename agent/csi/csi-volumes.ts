import { basename, join } from 'node:path';
import type { CSIDriver } from '../../api/kinds/storage/csi-driver.ts';
import { csiDrivers } from '../../api/kinds/storage/csi-driver.ts';
import { csiVolumeName } from '../../api/kinds/storage/csi-names.ts';
import type { Logger } from '../../base/log.ts';
import type { CsiVolumes, CsiWish } from '../contract/csi-volumes.ts';
import { MountError } from '../contract/pod-volumes.ts';
import type { VolumeStats } from '../contract/volume-stats.ts';
import type { Lines } from '../volume/lines.ts';
import { createLines } from '../volume/lines.ts';
import type { StorageMetrics } from '../volume/storage-metrics.ts';
import { pluginOfDriver } from '../volume/volume-plugin.ts';
import type { AttachmentOptions, PublishContext } from './attachment.ts';
import { waitForAttachment } from './attachment.ts';
import type { CsiMetrics } from './csi-metrics.ts';
import { isInUse, textOf } from './driver-errors.ts';
import type { Driver, Drivers } from './drivers.ts';
import type { ExpansionParts } from './expansion.ts';
import { expandOnNode } from './expansion.ts';
import { measureVolume } from './measurement.ts';
import { NODE_CAPABILITY } from './messages.ts';
import type { PublicationParts } from './publication.ts';
import { publicationError, publish, unpublish } from './publication.ts';
import { deviceError, stage, unstage } from './staging.ts';
import type { VolumePaths } from './volume-paths.ts';
import { isDevicePath } from './volume-paths.ts';
import { readRecord, subdirectories } from './volume-records.ts';
import type { VolumeSpec } from './volume-spec.ts';
import { specOf, stagingName } from './volume-spec.ts';

export interface CsiVolumesOptions extends PublicationParts, ExpansionParts, AttachmentOptions {
  readonly paths: VolumePaths;
  readonly drivers: Drivers;
  readonly metrics: Pick<CsiMetrics, 'measurement'>;
  readonly storage: StorageMetrics;
  readonly log: Logger;
  /** The directory of all pods. */
  readonly pods: string;
  readonly nodeName: string;
}

/** A volume on this node, or on its way here. */
interface NodeVolume {
  readonly users: Set<string>;
  /** The directory of its record. */
  readonly record: string;
  attachRequired: boolean;
  /** The driver has confirmed that it is here, in the life of this agent. */
  staged: boolean;
}

export interface FollowedCsiVolumes extends CsiVolumes {
  /** Looks once at every volume that is followed: grows and mounts again what needs it. */
  refresh(): Promise<void>;
  /** Takes volumes from the node that no pod has: an agent that ended in between has left them. */
  sweep(): Promise<void>;
}

/** Long, as the steps share what is known of the node's volumes. Finds the volumes of an earlier agent by their records first. */
export async function createCsiVolumes(options: CsiVolumesOptions): Promise<FollowedCsiVolumes> {
  const { paths, drivers, objects, log, reportNode, storage } = options;
  const volumes = new Map<string, NodeVolume>();
  const followed = new Map<string, Map<string, () => Promise<CsiWish>>>();
  const lines: Lines = createLines();
  /** By pod and volume. */
  const measured = new Map<string, Map<string, VolumeStats>>();

  const volumeOf = (key: string, record: string): NodeVolume => {
    const volume = volumes.get(key) ?? { users: new Set<string>(), record, attachRequired: false, staged: false };
    volumes.set(key, volume);
    return volume;
  };

  const declaredDriver = async (spec: VolumeSpec): Promise<CSIDriver | undefined> => objects.get(csiDrivers, { namespace: '', name: spec.driver });

  /** Returns whether a volume has to be attached. Its driver may have given that up since: then it is no longer reported in use. */
  const isStillAttached = (volume: NodeVolume, declared: CSIDriver | undefined): boolean => {
    if (volume.attachRequired && declared?.spec.attachRequired === false) {
      volume.attachRequired = false;
      reportNode();
    }
    return volume.attachRequired;
  };

  /** Attaches a volume. Resolves with what the driver is told when it mounts it. */
  const attach = async (wish: CsiWish, spec: VolumeSpec, declared: CSIDriver | undefined, ending: AbortSignal): Promise<PublishContext> => {
    const volume = volumeOf(csiVolumeName(spec), paths.stagingRecord(spec));
    volume.users.add(wish.pod.metadata.uid);
    volume.attachRequired = declared?.spec.attachRequired ?? true;
    const isRequired = async () => isStillAttached(volume, await declaredDriver(spec));
    return volume.attachRequired ? waitForAttachment(spec, wish.name, isRequired, options, ending) : {};
  };

  const stageOnNode = async (wish: CsiWish, spec: VolumeSpec, context: PublishContext): Promise<void> => {
    const key = csiVolumeName(spec);
    const volume = volumeOf(key, paths.stagingRecord(spec));
    const absence = spec.block ? 'blockMapper.SetUpDevice failed to get CSI client' : 'attacher.MountDevice failed to create newCsiDriverClient';
    await lines.inLine(key, async () => {
      if (volume.staged) return;
      try {
        const driver = registered(drivers, spec.driver, absence);
        const capabilities = await driver.client.capabilities();
        const { fsGroup } = wish.pod.spec?.securityContext ?? {};
        const group = capabilities.has(NODE_CAPABILITY.VOLUME_MOUNT_GROUP) ? fsGroup : undefined;
        await stage({ spec, driver, capabilities, context, attachRequired: volume.attachRequired, group }, paths, objects);
        volume.staged = true;
      } catch (error) {
        throw deviceError(spec, error);
      }
    });
  };

  const mountFor = async (
    wish: CsiWish,
    spec: VolumeSpec,
    context: PublishContext,
    declared: CSIDriver | undefined,
    again: boolean,
  ): Promise<string> => {
    const absence = spec.block ? 'blockMapper.MapPodDevice failed to get CSI client' : 'mounter.SetUpAt failed to get CSI client';
    return lines.inLine(csiVolumeName(spec), async () => {
      try {
        const driver = registered(drivers, spec.driver, absence);
        const fault = lifecycleFault(spec, declared);
        if (fault !== undefined) throw new Error(`kubernetes.io/csi: mounter.SetupAt failed to check volume lifecycle mode: ${fault}`);
        const capabilities = await driver.client.capabilities();
        const path = await publish({ wish, spec, driver, capabilities, context, declared, again }, options);
        await expandOnNode({ wish, spec, driver, capabilities }, options);
        return path;
      } catch (error) {
        throw publicationError(spec, error);
      }
    });
  };

  /** Makes a volume available to a pod; the time that its attachment takes does not count. @param again the pod has it already */
  const bring = async (wish: CsiWish, spec: VolumeSpec, declared: CSIDriver | undefined, ending: AbortSignal, again: boolean): Promise<string> => {
    const isPersistent = spec.lifecycle === 'Persistent';
    const context = isPersistent ? await attach(wish, spec, declared, ending) : {};
    return storage.operation(pluginOfDriver(spec.driver), spec.block ? 'map_volume' : 'volume_mount', async () => {
      if (isPersistent) await stageOnNode(wish, spec, context);
      return mountFor(wish, spec, context, declared, again);
    });
  };

  const grow = async (wish: CsiWish, spec: VolumeSpec): Promise<void> => {
    const driver = drivers.find(spec.driver);
    if (!driver) return;
    await lines.inLine(csiVolumeName(spec), async () =>
      expandOnNode({ wish, spec, driver, capabilities: await driver.client.capabilities() }, options),
    );
  };

  /** Takes a volume from the node if no pod has it any more. */
  const release = (key: string, volume: NodeVolume): Promise<void> =>
    lines.inLine(key, async () => {
      if (volume.users.size > 0 || volumes.get(key) !== volume) return;
      // A driver that fails may have taken it all the same: the next pod has it staged anew.
      volume.staged = false;
      await unstage(volume.record, (name) => drivers.get(name), storage);
      volumes.delete(key);
      if (volume.attachRequired) reportNode();
    });

  /** A pod does not wait for a volume that cannot be taken from the node: `sweep` tries again. */
  const releaseSoon = (key: string, volume: NodeVolume): Promise<void> =>
    release(key, volume).catch((error: unknown) => log.info({ err: error, volume: key }, 'a volume could not be taken from the node yet'));

  await findEarlier(options, volumeOf);
  const self: FollowedCsiVolumes = {
    async setUp(wish, ending) {
      const spec = specOf(wish);
      return bring(wish, spec, await declaredDriver(spec), ending, false);
    },
    follow(podUid, name, wish) {
      const ofPod = followed.get(podUid) ?? new Map<string, () => Promise<CsiWish>>();
      followed.set(podUid, ofPod.set(name, wish));
    },
    async refresh() {
      for (const [uid, wishes] of [...followed]) {
        for (const [name, load] of [...wishes]) {
          if (followed.get(uid)?.get(name) !== load) continue;
          const wish = await load().catch((error: unknown) => void log.debug({ err: error, volume: name }, 'a volume could not be looked at'));
          if (!wish) continue;
          await refreshOne(wish);
          await measure(wish);
        }
      }
    },
    async tearDown(podUid) {
      followed.delete(podUid);
      measured.delete(podUid);
      for (const record of await subdirectories(paths.records(podUid))) {
        const known = await readRecord(record);
        if (!known) continue;
        const key = csiVolumeName({ driver: known.driverName, handle: known.volumeHandle });
        const driverOf = (name: string) => registered(drivers, name, 'Unmounter.TearDownAt failed to get CSI client');
        const operation = isDevicePath(known.path) ? 'unmap_volume' : 'volume_unmount';
        await lines.inLine(key, () =>
          storage
            .operation(pluginOfDriver(known.driverName), operation, () => unpublish(record, driverOf))
            .catch((error: unknown) => {
              throw new MountError(`UnmountVolume.TearDown failed for volume ${JSON.stringify(known.specVolID)} : ${textOf(error)}`);
            }),
        );
      }
      for (const [key, volume] of [...volumes]) if (volume.users.delete(podUid)) await releaseSoon(key, volume);
    },
    stats: () => [...measured.values()].flatMap((ofPod) => [...ofPod.values()]),
    inUse: () => [...volumes].flatMap(([key, { attachRequired }]) => (attachRequired ? [key] : [])).sort(),
    async sweep() {
      for (const [key, volume] of [...volumes]) {
        if (volume.users.size === 0) await releaseSoon(key, volume);
      }
    },
  };

  const measure = async (wish: CsiWish): Promise<void> => {
    const spec = specOf(wish);
    const driver = drivers.find(spec.driver);
    const { uid } = wish.pod.metadata;
    const stats =
      driver &&
      (await options.metrics
        .measurement(spec.driver, () => measureVolume(wish, spec, driver, options))
        .catch((error: unknown) => void log.debug({ err: error, volume: spec.specName }, 'a volume could not be measured')));
    if (!stats || !followed.has(uid)) return;
    measured.set(uid, (measured.get(uid) ?? new Map<string, VolumeStats>()).set(wish.name, stats));
  };

  const withinTime = async <T>(work: (end: AbortSignal) => Promise<T>): Promise<T> => {
    const end = new AbortController();
    const cancel = options.clock.after(REPUBLISH_MS, () => end.abort());
    return work(end.signal).finally(cancel);
  };

  const refreshOne = async (wish: CsiWish): Promise<void> => {
    const spec = specOf(wish);
    try {
      const declared = await declaredDriver(spec);
      const volume = volumes.get(csiVolumeName(spec));
      if (volume) isStillAttached(volume, declared);
      if (!declared?.spec.requiresRepublish) return await grow(wish, spec);
      await withinTime((end) => bring(wish, spec, declared, end, true));
    } catch (error) {
      if (isInUse(error)) return;
      if (error instanceof MountError) options.recorder.event(wish.pod, 'Warning', error.reason, error.message);
      else log.info({ err: error, volume: spec.specName }, 'a volume could not be brought up to date');
    }
  };
  return self;
}

/** A volume that is mounted is attached: no more than a look is needed. */
const REPUBLISH_MS = 5_000;

/** @throws Error in kubelet's words if the driver is not registered */
function registered(drivers: Drivers, name: string, absence: string): Driver {
  try {
    return drivers.get(name);
  } catch (error) {
    throw new Error(`kubernetes.io/csi: ${absence}: ${textOf(error)}`);
  }
}

/** Returns why a driver does not serve volumes of a kind; undefined if it does. */
function lifecycleFault({ driver, lifecycle }: VolumeSpec, declared: CSIDriver | undefined): string | undefined {
  const unsupported = `volume mode ${JSON.stringify(lifecycle)} not supported by driver ${driver}`;
  if (!declared) return lifecycle === 'Persistent' ? undefined : `${unsupported} (no CSIDriver object)`;
  const modes = declared.spec.volumeLifecycleModes ?? ['Persistent'];
  if (modes.includes(lifecycle)) return undefined;
  return `${unsupported} (only supports [${modes.map((mode) => JSON.stringify(mode)).join(' ')}])`;
}

/** Reads the records that an earlier agent has left: the volumes of pods, and those that are staged. */
async function findEarlier({ pods, paths, log }: CsiVolumesOptions, volumeOf: (key: string, record: string) => NodeVolume): Promise<void> {
  for (const folder of await subdirectories(paths.staged)) {
    for (const record of await subdirectories(folder)) {
      const known = await readRecord(record).catch(
        (error: unknown) => void log.warn({ err: error, record }, 'the record of a volume cannot be read'),
      );
      if (!known) continue;
      volumeOf(csiVolumeName({ driver: known.driverName, handle: known.volumeHandle }), record).attachRequired = known.attachRequired === 'true';
    }
  }
  for (const pod of await subdirectories(pods)) {
    const uid = basename(pod);
    for (const record of await subdirectories(paths.records(uid))) {
      const known = await readRecord(record).catch(
        (error: unknown) => void log.warn({ err: error, record }, 'the record of a volume cannot be read'),
      );
      if (known?.volumeLifecycleMode !== 'Persistent') continue;
      const key = csiVolumeName({ driver: known.driverName, handle: known.volumeHandle });
      const staged = join(paths.staged, known.driverName, stagingName({ handle: known.volumeHandle }));
      volumeOf(key, staged).users.add(uid);
    }
  }
}
