import { containerLogDirectory } from '../../contract/pod-directories.ts';
import type { MeasurableVolume, VolumeStats } from '../../contract/volume-stats.ts';
import type { DiskUse } from '../../eviction/pod-usage.ts';
import { diskUse } from '../../eviction/pod-usage.ts';
import type { FilesystemUse } from '../../volume/filesystem-use.ts';
import { createFilesystemReader, deviceBytes } from '../../volume/filesystem-use.ts';
import type { PodDisks } from './disk-report.ts';
import { createMeter } from './meter.ts';
import type { UsageNode, UsagePods } from './usage-node.ts';

interface Reading {
  readonly time: number;
  readonly filesystem?: FilesystemUse;
  readonly files?: DiskUse;
  readonly deviceBytes?: number;
}

/** Ways to measure; tests have their own. */
export interface Measures {
  readonly files: typeof diskUse;
  readonly filesystems: ReturnType<typeof createFilesystemReader>['read'];
  readonly device: (path: string) => Promise<number | undefined>;
}

export type DisksNode = Pick<UsageNode, 'clock' | 'log' | 'cache' | 'directories' | 'volumes' | 'csi'>;

export function createPodDisks(
  node: DisksNode,
  pods: UsagePods,
  measures: Measures = { files: diskUse, filesystems: createFilesystemReader(node).read, device: (path) => deviceBytes(path) },
): PodDisks {
  const { clock, log, directories, cache } = node;
  const measurable = () => node.volumes?.measurable() ?? [];
  const pathsOf = (by: MeasurableVolume['by']) => measurable().flatMap((volume) => (volume.by === by ? [volume.path] : []));

  const filesystems = createMeter<Reading>({
    clock,
    log,
    async measure(found) {
      const devices = pathsOf('device').map(async (path) => {
        const bytes = await measures.device(path);
        if (bytes !== undefined) found(path, { time: clock.now(), deviceBytes: bytes });
      });
      await Promise.all([
        ...devices,
        measures.filesystems(pathsOf('filesystem'), (path, filesystem) => found(path, { time: clock.now(), filesystem })),
      ]);
    },
  });

  /** Returns the paths of pods' files outside of volumes. */
  const podFiles = (): string[] =>
    cache.podUids().flatMap((uid) => {
      const pod = pods.byUid(uid)?.pod;
      if (!pod) return [];
      const names = new Set(cache.of(uid).containers.map(({ name }) => name));
      return [directories.hosts(uid), ...[...names].map((name) => containerLogDirectory(directories, pod, name))];
    });

  const files = createMeter<Reading>({
    clock,
    log,
    async measure(found) {
      const volumes = pathsOf('files');
      const known = new Map<string, FilesystemUse>();
      await measures.filesystems(volumes, (path, use) => known.set(path, use));
      for (const [path, use] of await measures.files([...volumes, ...podFiles()])) {
        const filesystem = known.get(path);
        found(path, { time: clock.now(), files: use, ...(filesystem ? { filesystem } : {}) });
      }
    },
  });

  const claims = async () => {
    const readings = await filesystems.read();
    const own = measurable().filter(({ by }) => by !== 'files');
    return [...(node.csi?.volumes.stats() ?? []), ...own.flatMap((volume) => statsOf(volume, readings.get(volume.path)))];
  };

  return {
    claims,
    async all() {
      const [measured, readings] = await Promise.all([claims(), files.read()]);
      const own = measurable().filter(({ by }) => by === 'files');
      return {
        volumes: [...own.flatMap((volume) => statsOf(volume, readings.get(volume.path))), ...measured],
        usedIn: (path) => readings.get(path)?.files,
      };
    },
  };
}

/** Puts a reading into the terms of a volume: files are counted as used, and the rest is that of their file system (pkg/volume/metrics_du.go). */
function statsOf({ podUid, name, claim }: MeasurableVolume, reading: Reading | undefined): VolumeStats[] {
  if (!reading) return [];
  const { time, filesystem, files, deviceBytes: size } = reading;
  if (size !== undefined) {
    return [{ podUid, name, claim, time, bytes: { total: size, used: undefined, available: undefined }, inodes: undefined, abnormal: undefined }];
  }
  if (!filesystem) return [];
  return [
    {
      podUid,
      name,
      claim,
      time,
      bytes: { ...filesystem.bytes, ...(files ? { used: files.bytes } : {}) },
      inodes: { ...filesystem.inodes, ...(files ? { used: files.inodes } : {}) },
      abnormal: undefined,
    },
  ];
}
