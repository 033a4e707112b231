import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { tryCommand } from '../containerd/command.ts';
import type { PodCgroups, PodFiles, RuntimeAccess } from '../contract/node-parts.ts';
import { containerLogDirectory } from '../contract/pod-directories.ts';
import { LABEL } from '../contract/runtime-labels.ts';
import { podCgroup } from '../spec/pod-resources.ts';
import { VOLUME_PLUGINS } from '../volume/volume-plugin.ts';

/** The amounts of disk that something takes. */
export interface DiskUse {
  readonly bytes: number;
  readonly inodes: number;
}

export interface ContainerUse {
  readonly name: string;
  readonly memoryBytes: number;
  /** Its writable layer. */
  readonly rootfs: DiskUse;
  readonly logs: DiskUse;
}

/** The resources that a pod uses, as far as evictions go by them. */
export interface PodUse {
  readonly containers: readonly ContainerUse[];
  /** Volumes that live on the node's disk, by name. */
  readonly volumes: ReadonlyMap<string, DiskUse>;
  readonly processes: number;
}

const NOTHING: DiskUse = { bytes: 0, inodes: 0 };

export const totalOf = (uses: Iterable<DiskUse>): DiskUse => {
  let bytes = 0;
  let inodes = 0;
  for (const use of uses) {
    bytes += use.bytes;
    inodes += use.inodes;
  }
  return { bytes, inodes };
};

export type UsageNode = Pick<RuntimeAccess, 'runtime'> & Pick<PodFiles, 'directories'> & PodCgroups;

/** Reads what pods use, by UID. Work is in proportion to their number and to their files; those of which the runtime tells nothing are left out. */
export async function readPodUse(node: UsageNode, pods: readonly Live<Pod>[]): Promise<ReadonlyMap<string, PodUse>> {
  const { directories } = node;
  const stats = await node.runtime.containerStats();
  const paths = pods.flatMap((pod) => [
    ...volumePaths(node, pod).values(),
    ...containerNames(pod).map((name) => containerLogDirectory(directories, pod, name)),
  ]);
  const disk = await diskUse(paths);
  const found = new Map<string, PodUse>();
  for (const pod of pods) {
    const { uid } = pod.metadata;
    const own = stats.filter(({ labels }) => labels[LABEL.podUid] === uid);
    if (own.length === 0) continue;
    found.set(uid, {
      containers: own.map(({ name, workingSetBytes, writableLayerBytes, writableLayerInodes }) => ({
        name,
        memoryBytes: workingSetBytes,
        rootfs: { bytes: writableLayerBytes, inodes: writableLayerInodes },
        logs: disk.get(containerLogDirectory(directories, pod, name)) ?? NOTHING,
      })),
      volumes: new Map([...volumePaths(node, pod)].map(([name, path]) => [name, disk.get(path) ?? NOTHING])),
      processes: (await node.cgroups.processes(podCgroup(pod, node.cgroupRoot).path)) ?? 0,
    });
  }
  return found;
}

const containerNames = ({ spec }: Pod): string[] => [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name }) => name);

/** The paths of the volumes that the pod's storage is counted by: those in memory, or in huge pages, are not. */
function volumePaths({ directories }: UsageNode, { metadata, spec }: Live<Pod>): Map<string, string> {
  const local = (spec?.volumes ?? []).filter(({ emptyDir }) => emptyDir && !emptyDir.medium);
  return new Map(local.map(({ name }) => [name, directories.volume(metadata.uid, VOLUME_PLUGINS.emptyDir, name)]));
}

/** Paths given to one run of `du`. */
const BATCH = 200;

/** Measures directories, each on its own file system only; one that does not exist is left out. A process of its own does it: files may be many. */
export async function diskUse(paths: readonly string[]): Promise<ReadonlyMap<string, DiskUse>> {
  const found = new Map<string, DiskUse>();
  for (let at = 0; at < paths.length; at += BATCH) {
    const batch = paths.slice(at, at + BATCH);
    const [bytes, inodes] = await Promise.all([measure(['--block-size=1'], batch), measure(['--inodes'], batch)]);
    for (const path of batch) {
      const size = bytes.get(path);
      if (size !== undefined) found.set(path, { bytes: size, inodes: inodes.get(path) ?? 0 });
    }
  }
  return found;
}

/** Files that vanish meanwhile make `du` end with a code; the lines that it printed count. */
async function measure(options: readonly string[], paths: readonly string[]): Promise<Map<string, number>> {
  const { stdout } = await tryCommand('du', ['--summarize', '--one-file-system', ...options, '--', ...paths]);
  return new Map(
    stdout
      .split('\n')
      .filter((line) => line.includes('\t'))
      .map((line): [string, number] => [line.slice(line.indexOf('\t') + 1), Number(line.slice(0, line.indexOf('\t')))]),
  );
}
