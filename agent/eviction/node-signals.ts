import { readFile, stat, statfs } from 'node:fs/promises';
import type { ContainerRuntime } from '../contract/runtime.ts';
import { taskLimit } from '../node/task-limit.ts';
import type { Observation, Observations } from './pressure.ts';
import type { Signal } from './threshold.ts';

/** The free amounts of the node's resources now. */
export interface NodeSignals {
  readonly observations: Observations;
  /** Images and writable layers have a file system of their own. */
  readonly dedicatedImages: boolean;
}

const text = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** Reads the machine. What cannot be read is left out, so that nothing is evicted for it. @param dataDir of the pods' files */
export async function readNodeSignals(runtime: Pick<ContainerRuntime, 'imageFilesystem'>, dataDir: string, proc = '/proc'): Promise<NodeSignals> {
  const found = new Map<Signal, Observation>();
  const [memory, load, maximum, images] = await Promise.all([
    text(`${proc}/meminfo`),
    text(`${proc}/loadavg`),
    taskLimit(proc),
    runtime.imageFilesystem().catch(() => undefined),
  ]);
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(memory)?.[1] ?? Number.NaN);
  const available = kibibytes('MemAvailable') * 1024;
  if (available >= 0) found.set('memory.available', { available, capacity: kibibytes('MemTotal') * 1024 });
  const running = Number(/\/(\d+) /.exec(load)?.[1] ?? Number.NaN);
  if (running >= 0 && maximum !== undefined) found.set('pid.available', { available: maximum - running, capacity: maximum });
  await addFilesystem(found, 'nodefs', dataDir);
  const imageDir = images?.mountpoint || dataDir;
  await addFilesystem(found, 'imagefs', imageDir);
  return { observations: found, dedicatedImages: (await deviceOf(imageDir)) !== (await deviceOf(dataDir)) };
}

const deviceOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ dev }) => dev,
    () => undefined,
  );

async function addFilesystem(found: Map<Signal, Observation>, name: 'nodefs' | 'imagefs', path: string): Promise<void> {
  const disk = await statfs(path).catch(() => undefined);
  if (!disk) return;
  found.set(`${name}.available`, { available: disk.bavail * disk.bsize, capacity: disk.blocks * disk.bsize });
  // Some file systems (btrfs) have no fixed number of inodes.
  if (disk.files > 0) found.set(`${name}.inodesFree`, { available: disk.ffree, capacity: disk.files });
}
