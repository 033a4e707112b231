import { statfs } from 'node:fs/promises';
import type { VolumeStats } from '../../contract/volume-stats.ts';
import type { CpuRates } from './cpu-rates.ts';
import type { DiskReport } from './disk-report.ts';
import type { InterfaceUsage } from './network-usage.ts';
import { machineNetwork, podNetwork } from './network-usage.ts';
import type { ContainerUsage, UsageReport } from './node-usage.ts';
import { totalOf } from './node-usage.ts';
import type { UsageNode, UsagePods } from './usage-node.ts';

const timeOf = (ms: number): string => new Date(ms).toISOString();

const memoryOf = (ms: number, items: readonly ContainerUsage[]) => ({
  time: timeOf(ms),
  usageBytes: totalOf(items, (item) => item.usageBytes),
  workingSetBytes: totalOf(items, (item) => item.workingSetBytes),
  rssBytes: totalOf(items, (item) => item.rssBytes),
});

async function filesystemOf(path: string, now: number) {
  const disk = await statfs(path);
  return {
    time: timeOf(now),
    availableBytes: disk.bavail * disk.bsize,
    capacityBytes: disk.blocks * disk.bsize,
    usedBytes: (disk.blocks - disk.bfree) * disk.bsize,
    inodesFree: disk.ffree,
    inodes: disk.files,
    inodesUsed: disk.files - disk.ffree,
  };
}

/** The interface that stands for all (kubelet's network.DefaultInterfaceName). */
const MAIN_INTERFACE = 'eth0';

/** Returns the `network` of the node or of a pod, with all its interfaces. */
function networkOf(ms: number, usages: readonly InterfaceUsage[] = []) {
  const interfaces = usages.map(({ name, received, sent }) => ({
    name,
    rxBytes: received.bytes,
    rxErrors: received.errors,
    txBytes: sent.bytes,
    txErrors: sent.errors,
  }));
  if (interfaces.length === 0) return {};
  return { network: { time: timeOf(ms), name: '', ...interfaces.find(({ name }) => name === MAIN_INTERFACE), interfaces } };
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

/** Returns the object of /stats/summary (kubelet's stats/v1alpha1), as far as runtime and kernel tell. */
export async function statsSummary(node: UsageNode, pods: UsagePods, { machine, pods: usages }: UsageReport, disks: DiskReport, rates: CpuRates) {
  const now = node.clock.now();
  const fs = node.runtime.simulated ? undefined : await filesystemOf(node.directories.pods, now);
  const cpu = (key: string, ms: number, nanoseconds: number) => {
    const rate = rates.of(key, ms, nanoseconds);
    return { time: timeOf(ms), ...(rate === undefined ? {} : { usageNanoCores: rate }), usageCoreNanoSeconds: nanoseconds };
  };
  const available = machine.availableBytes === undefined ? {} : { availableBytes: machine.availableBytes };
  const [ofMachine, ...ofPods] = await Promise.all([machineNetwork(node), ...usages.map(({ uid }) => podNetwork(node, pods, uid))]);
  const volumes = Map.groupBy(disks.volumes, ({ podUid }) => podUid);
  const summary = {
    node: {
      nodeName: node.nodeName,
      cpu: cpu('node', machine.time, machine.cpuNanoseconds),
      memory: { time: timeOf(machine.time), ...available, workingSetBytes: machine.workingSetBytes },
      ...networkOf(machine.time, ofMachine),
      ...(fs ? { fs } : {}),
    },
    pods: usages.map(({ namespace, pod, uid, containers }, index) => {
      const time = containers[0]?.time ?? now;
      return {
        podRef: { name: pod, namespace, uid },
        startTime: pods.byUid(uid)?.pod.status?.startTime,
        containers: containers.map((item) => ({
          name: item.name,
          ...(item.startedAt === 0 ? {} : { startTime: timeOf(item.startedAt) }),
          cpu: cpu(item.id, item.time, item.cpuNanoseconds),
          memory: memoryOf(item.time, [item]),
          rootfs: { time: timeOf(item.time), usedBytes: item.writableLayerBytes, inodesUsed: item.writableLayerInodes },
        })),
        cpu: cpu(
          uid,
          time,
          totalOf(containers, (item) => item.cpuNanoseconds),
        ),
        memory: memoryOf(time, containers),
        ...networkOf(time, ofPods[index]),
        ...volumesOf(volumes.get(uid)),
      };
    }),
  };
  rates.endRound();
  return summary;
}
