import { availableParallelism, totalmem } from 'node:os';
import type { CgroupDisk, CgroupStatistics } from '../../contract/cgroup-statistics.ts';
import { readySandbox } from '../../contract/observation.ts';
import type { Pressures } from '../../contract/pressure.ts';
import type { InterfaceUsage } from './network-usage.ts';
import { machineNetwork } from './network-usage.ts';
import type { ContainerUsage, PodUsage, UsageReport } from './node-usage.ts';
import { totalOf } from './node-usage.ts';
import { readPodKernel } from './pod-kernel.ts';
import type { Sample } from './prometheus-text.ts';
import { createMetricText, escaped, seconds } from './prometheus-text.ts';
import type { UsageNode, UsagePods } from './usage-node.ts';

/** A container, a pod as a whole (without a container's name, as cAdvisor shows its cgroup), or the node (`id="/"`). */
interface Row {
  /** Without braces. */
  readonly labels: string;
  readonly time: number;
  readonly startedAt?: number;
  readonly cpuNanoseconds: number;
  readonly workingSetBytes: number;
  readonly usage?: ContainerUsage;
  /** Absent on simulated nodes, and for what has just ended. */
  readonly kernel?: CgroupStatistics | undefined;
  readonly interfaces?: readonly InterfaceUsage[];
  readonly pressure?: Pressures | undefined;
}

interface Identity {
  readonly container: string;
  readonly id: string;
  readonly image: string;
  readonly name: string;
  readonly namespace: string;
  readonly pod: string;
}

const labelsOf = (identity: Identity): string =>
  Object.entries(identity)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');

/** Returns the pod and its containers, the pod first. */
async function rowsOf(node: UsageNode, pods: UsagePods, usage: PodUsage, now: number): Promise<Row[]> {
  const { namespace, pod: name, uid, containers } = usage;
  const observed = node.cache.of(uid);
  const { path, kernel, interfaces, containers: ofContainers } = await readPodKernel(node, pods, usage);
  const whole = { container: '', id: path, image: '', name: '', namespace, pod: name };
  const sandbox = readySandbox(observed);
  return [
    {
      labels: labelsOf(whole),
      time: containers[0]?.time ?? now,
      ...(sandbox ? { startedAt: sandbox.createdAt } : {}),
      cpuNanoseconds: kernel?.cpu.nanoseconds ?? totalOf(containers, (item) => item.cpuNanoseconds),
      workingSetBytes: kernel?.memory.workingSet ?? totalOf(containers, (item) => item.workingSetBytes),
      kernel,
      interfaces,
      pressure: kernel?.pressure,
    },
    ...containers.map((item, index): Row => {
      const image = observed.containers.find(({ id }) => id === item.id)?.image ?? '';
      return {
        labels: labelsOf({ container: item.name, id: `${path}/${item.id}`, image, name: item.id, namespace, pod: name }),
        time: item.time,
        ...(item.startedAt === 0 ? {} : { startedAt: item.startedAt }),
        cpuNanoseconds: item.cpuNanoseconds,
        workingSetBytes: item.workingSetBytes,
        usage: item,
        kernel: ofContainers[index],
        pressure: ofContainers[index]?.pressure,
      };
    }),
  ];
}

async function machineRow(node: UsageNode, { machine }: UsageReport): Promise<Row> {
  const labels = labelsOf({ container: '', id: '/', image: '', name: '', namespace: '', pod: '' });
  const { time, cpuNanoseconds, workingSetBytes } = machine;
  const [interfaces, pressure] = await Promise.all([machineNetwork(node), node.cgroups.machinePressure()]);
  return { labels, time, cpuNanoseconds, workingSetBytes, interfaces, pressure };
}

/** Metrics of CPU and memory that come from the kernel, by cAdvisor's names. */
const FROM_KERNEL: readonly (readonly [name: string, type: 'counter' | 'gauge', help: string, of: (kernel: CgroupStatistics) => number])[] = [
  ['container_cpu_user_seconds_total', 'counter', 'CPU time in user mode.', ({ cpu }) => cpu.userNanoseconds / 1e9],
  ['container_cpu_system_seconds_total', 'counter', 'CPU time in the kernel.', ({ cpu }) => cpu.systemNanoseconds / 1e9],
  ['container_cpu_cfs_periods_total', 'counter', 'Periods in which a CPU limit was enforced.', ({ cpu }) => cpu.periods],
  ['container_cpu_cfs_throttled_periods_total', 'counter', 'Periods in which the CPU limit was met.', ({ cpu }) => cpu.throttledPeriods],
  ['container_cpu_cfs_throttled_seconds_total', 'counter', 'Time that was lost to the CPU limit.', ({ cpu }) => cpu.throttledNanoseconds / 1e9],
  ['container_memory_cache', 'gauge', 'Bytes of the page cache.', ({ memory }) => memory.cache],
  ['container_memory_mapped_file', 'gauge', 'Bytes of files that are mapped.', ({ memory }) => memory.mappedFiles],
  ['container_memory_swap', 'gauge', 'Bytes that were swapped out.', ({ memory }) => memory.swap],
  ['container_memory_max_usage_bytes', 'gauge', 'The most memory that was ever in use.', ({ memory }) => memory.peak],
  ['container_memory_failcnt', 'counter', 'Allocations that met the limit.', ({ memory }) => memory.failures],
  ['container_oom_events_total', 'counter', 'Processes that were killed for want of memory.', ({ memory }) => memory.oomKills],
  ['container_processes', 'gauge', 'Processes that run.', ({ processes }) => processes],
  ['container_threads', 'gauge', 'Threads that run.', ({ threads }) => threads],
];

const FROM_DISKS: readonly (readonly [name: string, help: string, of: (disk: CgroupDisk) => number])[] = [
  ['container_fs_reads_bytes_total', 'Bytes that were read.', ({ readBytes }) => readBytes],
  ['container_fs_writes_bytes_total', 'Bytes that were written.', ({ writtenBytes }) => writtenBytes],
  ['container_fs_reads_total', 'Reads that were completed.', ({ reads }) => reads],
  ['container_fs_writes_total', 'Writes that were completed.', ({ writes }) => writes],
];

const RESOURCES = ['cpu', 'memory', 'io'] as const;
const WAITS = [
  ['stalled', 'full', 'all tasks'],
  ['waiting', 'some', 'some task'],
] as const;

const DIRECTIONS = [
  ['receive', 'received'],
  ['transmit', 'sent'],
] as const;
const TRAFFIC = [
  ['bytes', 'bytes'],
  ['packets', 'packets'],
  ['errors', 'errors'],
  ['packets_dropped', 'dropped'],
] as const;

/** Returns the text of /metrics/cadvisor: the metrics that dashboards and alerts of Kubernetes read (https://github.com/google/cadvisor). */
export async function containerMetrics(node: UsageNode, pods: UsagePods, report: UsageReport): Promise<string> {
  const { metric, text } = createMetricText();
  const root = await machineRow(node, report);
  const rows = [root];
  // One pod after the other: reading them all at once would take every thread that reads files.
  for (const usage of report.pods) rows.push(...(await rowsOf(node, pods, usage, report.machine.time)));
  const sample = (row: Row, value: string, more = ''): Sample => [`{${row.labels}${more}}`, value, row.time];
  const some = <T>(of: (row: Row) => T | undefined, print: (value: T) => number): Sample[] =>
    rows.flatMap((row) => {
      const value = of(row);
      return value === undefined ? [] : [sample(row, String(print(value)))];
    });

  metric(
    'container_cpu_usage_seconds_total',
    'counter',
    'CPU time.',
    rows.map((row) => sample(row, seconds(row.cpuNanoseconds), ',cpu="total"')),
  );
  metric(
    'container_memory_working_set_bytes',
    'gauge',
    'Bytes in use that cannot be taken back.',
    rows.map((row) => sample(row, String(row.workingSetBytes))),
  );
  const used = (row: Row) => row.kernel?.memory.usage ?? row.usage?.usageBytes;
  metric('container_memory_usage_bytes', 'gauge', 'Bytes in use, with the page cache.', some(used, Number));
  const resident = (row: Row) => row.kernel?.memory.rss ?? row.usage?.rssBytes;
  metric('container_memory_rss', 'gauge', 'Bytes of anonymous memory.', some(resident, Number));
  for (const [name, type, help, of] of FROM_KERNEL)
    metric(
      name,
      type,
      help,
      some(({ kernel }) => kernel, of),
    );
  for (const [name, help, of] of FROM_DISKS)
    metric(
      name,
      'counter',
      help,
      rows.flatMap((row) => (row.kernel?.disks ?? []).map((disk) => sample(row, String(of(disk)), `,device="${disk.device}"`))),
    );
  metric(
    'container_fs_usage_bytes',
    'gauge',
    'Bytes that a container has written into its own files.',
    some(({ usage }) => usage?.writableLayerBytes, Number),
  );
  for (const [direction, side] of DIRECTIONS)
    for (const [unit, counter] of TRAFFIC)
      metric(
        `container_network_${direction}_${unit}_total`,
        'counter',
        `${unit.replace('_', ' ')} over the network (${direction}).`,
        rows.flatMap((row) => (row.interfaces ?? []).map((one) => sample(row, String(one[side][counter]), `,interface="${escaped(one.name)}"`))),
      );
  for (const resource of RESOURCES)
    for (const [name, level, whose] of WAITS)
      metric(
        `container_pressure_${resource}_${name}_seconds_total`,
        'counter',
        `Time for which ${whose} waited for ${resource}.`,
        some(
          ({ pressure }) => pressure?.[resource]?.[level].totalMicroseconds,
          (microseconds) => microseconds / 1e6,
        ),
      );
  metric(
    'container_start_time_seconds',
    'gauge',
    'When it was started, in seconds since the epoch.',
    some(
      ({ startedAt }) => startedAt,
      (ms) => ms / 1000,
    ),
  );
  metric(
    'container_last_seen',
    'gauge',
    'When it was last looked at, in seconds since the epoch.',
    some(
      ({ time }) => time,
      (ms) => Math.floor(ms / 1000),
    ),
  );
  if (!node.runtime.simulated) {
    metric('machine_cpu_cores', 'gauge', 'Processors of the machine.', [['', String(availableParallelism())]]);
    metric('machine_memory_bytes', 'gauge', 'Memory of the machine.', [['', String(totalmem())]]);
  }
  return text();
}
