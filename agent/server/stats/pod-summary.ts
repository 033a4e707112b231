import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Volume } from '../../../api/pod/volume/volume.ts';
import { containerLogDirectory } from '../../contract/pod-directories.ts';
import type { VolumeStats } from '../../contract/volume-stats.ts';
import type { CpuRates } from './cpu-rates.ts';
import type { DiskReport } from './disk-report.ts';
import type { NodeFilesystems } from './filesystems.ts';
import type { MachineUsage } from './machine-usage.ts';
import type { ContainerUsage, PodUsage } from './node-usage.ts';
import { totalOf } from './node-usage.ts';
import type { PodKernel } from './pod-kernel.ts';
import { cgroupMemoryOf, cpuOf, ioOf, memoryOf, networkOf, swapOf, timeOf } from './summary-values.ts';
import type { UsageNode } from './usage-node.ts';

/** The node's facts that the summaries of pods are made of. */
export interface SummarySources {
  readonly directories: UsageNode['directories'];
  readonly machine: MachineUsage;
  /** Undefined on a simulated node. */
  readonly filesystems: NodeFilesystems | undefined;
  readonly disks: DiskReport;
  /** The volumes of the report by the UIDs of their pods. */
  readonly volumes: ReadonlyMap<string, readonly VolumeStats[]>;
  readonly rates: CpuRates;
}

/** Returns an item of the `pods` of /stats/summary. @param pod undefined if the node does not know it (any more) */
export function podSummary(sources: SummarySources, usage: PodUsage, pod: Live<Pod> | undefined, kernel: PodKernel) {
  const { machine, rates } = sources;
  const { namespace, pod: name, uid, containers } = usage;
  const whole = kernel.kernel;
  // The kernel was read just now, the runtime's figures may be older.
  const time = whole ? machine.time : (containers[0]?.time ?? machine.time);
  const processes = kernel.containers.flatMap((each) => (each ? [each.processes] : []));
  return {
    podRef: { name, namespace, uid },
    startTime: pod?.status?.startTime,
    containers: containers.map((item, index) => containerSummary(sources, item, pod, kernel.containers[index])),
    cpu: cpuOf(rates, uid, time, whole?.cpu.nanoseconds ?? totalOf(containers, (item) => item.cpuNanoseconds), whole?.pressure),
    memory: whole ? cgroupMemoryOf(time, whole) : memoryOf(time, containers),
    ...ioOf(time, whole?.pressure),
    ...networkOf(time, kernel.interfaces),
    ...volumesOf(sources.volumes.get(uid)),
    ...ephemeralStorageOf(sources, usage, pod),
    ...(processes.length > 0 ? { process_stats: { process_count: processes.reduce((sum, count) => sum + count, 0) } } : {}),
    ...(machine.swap && whole ? swapOf(time, whole.memory.swap) : {}),
  };
}

function containerSummary(
  { directories, machine, filesystems, disks, rates }: SummarySources,
  item: ContainerUsage,
  pod: Live<Pod> | undefined,
  kernel: PodKernel['kernel'],
) {
  const time = timeOf(item.time);
  const logs = pod && disks.usedIn(containerLogDirectory(directories, pod, item.name));
  return {
    name: item.name,
    ...(item.startedAt === 0 ? {} : { startTime: timeOf(item.startedAt) }),
    cpu: cpuOf(rates, item.id, item.time, item.cpuNanoseconds, kernel?.pressure),
    memory: memoryOf(item.time, [item], kernel?.pressure),
    ...ioOf(item.time, kernel?.pressure),
    rootfs: { time, ...filesystems?.images?.room, usedBytes: item.writableLayerBytes, inodesUsed: item.writableLayerInodes },
    ...(logs ? { logs: { time, ...filesystems?.node.room, usedBytes: logs.bytes, inodesUsed: logs.inodes } } : {}),
    ...(machine.swap && kernel ? swapOf(item.time, kernel.memory.swap) : {}),
  };
}

/** Returns the `volume` list of a pod, with the volumes of which it is known how full they are. */
function volumesOf(own: readonly VolumeStats[] = []) {
  if (own.length === 0) return {};
  const volume = own.map(({ name, claim, time, bytes, inodes, abnormal }) => ({
    time: timeOf(time),
    ...(bytes ? { availableBytes: bytes.available, capacityBytes: bytes.total, usedBytes: bytes.used } : {}),
    ...(inodes ? { inodesFree: inodes.available, inodes: inodes.total, inodesUsed: inodes.used } : {}),
    name,
    ...(claim ? { pvcRef: { name: claim.name, namespace: claim.namespace } } : {}),
    ...(abnormal === undefined ? {} : { volumeHealthStats: { abnormal } }),
  }));
  return { volume };
}

/** Whether the files of a volume count as the pod's ephemeral storage (pkg/volume/util, IsLocalEphemeralVolume). */
const isEphemeral = ({ emptyDir, configMap }: Volume): boolean => (emptyDir !== undefined && !emptyDir.medium) || configMap !== undefined;

/** Returns the `ephemeral-storage` of a pod: what its containers wrote, their logs, its /etc/hosts and the volumes that go with it. */
function ephemeralStorageOf({ directories, machine, filesystems, disks, volumes }: SummarySources, usage: PodUsage, pod: Live<Pod> | undefined) {
  if (!filesystems || !pod) return {};
  const { uid, containers } = usage;
  const names = new Set((pod.spec?.volumes ?? []).filter(isEphemeral).map(({ name }) => name));
  const own = (volumes.get(uid) ?? []).filter(({ name }) => names.has(name));
  const files = [directories.hosts(uid), ...containers.map(({ name }) => containerLogDirectory(directories, pod, name))].map(disks.usedIn);
  const sum = (of: Iterable<number | undefined>) => [...of].reduce<number>((total, part) => total + (part ?? 0), 0);
  return {
    'ephemeral-storage': {
      time: timeOf(machine.time),
      ...filesystems.node.room,
      usedBytes: sum([
        totalOf(containers, (item) => item.writableLayerBytes),
        ...own.map(({ bytes }) => bytes?.used),
        ...files.map((use) => use?.bytes),
      ]),
      inodesUsed: sum([
        totalOf(containers, (item) => item.writableLayerInodes),
        ...own.map(({ inodes }) => inodes?.used),
        ...files.map((use) => use?.inodes),
      ]),
    },
  };
}
