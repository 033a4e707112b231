import { readFile, statfs } from 'node:fs/promises';
import type { ContainerStats } from '../contract/runtime.ts';
import { LABEL } from '../contract/runtime-labels.ts';
import type { PodLookup, ServerNode } from './server-node.ts';

interface MachineUse {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly cpuNanoseconds: number;
  readonly workingSetBytes: number;
  readonly availableBytes: number;
  readonly totalBytes: number;
}

/** The kernel counts CPU time in hundredths of a second here (USER_HZ). */
const NANOSECONDS_PER_TICK = 10_000_000;

async function machineUse(now: number): Promise<MachineUse> {
  const [stat, memory] = await Promise.all([readFile('/proc/stat', 'utf8').catch(() => ''), readFile('/proc/meminfo', 'utf8').catch(() => '')]);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '').split(' ').map(Number);
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(memory)?.[1] ?? 0) * 1024;
  const totalBytes = kibibytes('MemTotal');
  const availableBytes = kibibytes('MemAvailable');
  return {
    time: now,
    cpuNanoseconds: (user + nice + system + irq + softirq + steal) * NANOSECONDS_PER_TICK,
    workingSetBytes: totalBytes - availableBytes,
    availableBytes,
    totalBytes,
  };
}

const seconds = (nanoseconds: number): string => String(nanoseconds / 1e9);
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

interface PodUse {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly containers: ContainerStats[];
}

function byPod(stats: readonly ContainerStats[]): readonly PodUse[] {
  const found = new Map<string, PodUse>();
  for (const item of stats) {
    const uid = item.labels[LABEL.podUid];
    if (uid === undefined) continue;
    const use = found.get(uid) ?? { namespace: item.labels[LABEL.podNamespace] ?? '', pod: item.labels[LABEL.podName] ?? '', uid, containers: [] };
    use.containers.push(item);
    found.set(uid, use);
  }
  return [...found.values()];
}

const total = (containers: readonly ContainerStats[], of: (stats: ContainerStats) => number): number =>
  containers.reduce((sum, item) => sum + of(item), 0);

/** /metrics/resource: what metrics-server scrapes. */
export async function resourceMetrics(node: ServerNode): Promise<string> {
  const [machine, stats] = await Promise.all([machineUse(node.clock.now()), node.runtime.containerStats()]);
  const lines: string[] = [];
  const metric = (
    name: string,
    type: 'counter' | 'gauge',
    help: string,
    samples: readonly (readonly [labels: string, value: string, time: number])[],
  ) => {
    lines.push(`# HELP ${name} [STABLE] ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value, time] of samples) lines.push(`${name}${labels} ${value} ${time}`);
  };
  const pods = byPod(stats);
  const podLabels = ({ namespace, pod }: PodUse) => `namespace="${escaped(namespace)}",pod="${escaped(pod)}"`;
  const perContainer = (value: (item: ContainerStats) => string) =>
    pods.flatMap((use) => use.containers.map((item) => [`{container="${escaped(item.name)}",${podLabels(use)}}`, value(item), item.time] as const));
  const perPod = (value: (containers: readonly ContainerStats[]) => string) =>
    pods.map((use) => [`{${podLabels(use)}}`, value(use.containers), use.containers[0]?.time ?? machine.time] as const);
  metric(
    'container_cpu_usage_seconds_total',
    'counter',
    'Cumulative cpu time consumed by the container in core-seconds',
    perContainer((item) => seconds(item.cpuNanoseconds)),
  );
  metric(
    'container_memory_working_set_bytes',
    'gauge',
    'Current working set of the container in bytes',
    perContainer((item) => String(item.workingSetBytes)),
  );
  metric('node_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the node in core-seconds', [
    ['', seconds(machine.cpuNanoseconds), machine.time],
  ]);
  metric('node_memory_working_set_bytes', 'gauge', 'Current working set of the node in bytes', [['', String(machine.workingSetBytes), machine.time]]);
  metric(
    'pod_cpu_usage_seconds_total',
    'counter',
    'Cumulative cpu time consumed by the pod in core-seconds',
    perPod((items) => seconds(total(items, (i) => i.cpuNanoseconds))),
  );
  metric(
    'pod_memory_working_set_bytes',
    'gauge',
    'Current working set of the pod in bytes',
    perPod((items) => String(total(items, (i) => i.workingSetBytes))),
  );
  lines.push(
    '# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise',
    '# TYPE resource_scrape_error gauge',
    'resource_scrape_error 0',
    '',
  );
  return lines.join('\n');
}

/** /stats/summary (kubelet's stats/v1alpha1), as far as the runtime and the kernel tell. */
export async function statsSummary(node: ServerNode, pods: PodLookup) {
  const now = node.clock.now();
  const [machine, stats, disk] = await Promise.all([
    machineUse(now),
    node.runtime.containerStats(),
    node.runtime.simulated ? undefined : statfs(node.directories.pods),
  ]);
  const time = (ms: number) => new Date(ms).toISOString();
  const cpu = (ms: number, usageCoreNanoSeconds: number) => ({ time: time(ms), usageCoreNanoSeconds });
  const memory = (ms: number, items: readonly ContainerStats[]) => ({
    time: time(ms),
    usageBytes: total(items, (item) => item.usageBytes),
    workingSetBytes: total(items, (item) => item.workingSetBytes),
    rssBytes: total(items, (item) => item.rssBytes),
  });
  return {
    node: {
      nodeName: node.nodeName,
      cpu: cpu(machine.time, machine.cpuNanoseconds),
      memory: { time: time(now), availableBytes: machine.availableBytes, workingSetBytes: machine.workingSetBytes },
      ...(disk
        ? {
            fs: {
              time: time(now),
              availableBytes: disk.bavail * disk.bsize,
              capacityBytes: disk.blocks * disk.bsize,
              usedBytes: (disk.blocks - disk.bfree) * disk.bsize,
              inodesFree: disk.ffree,
              inodes: disk.files,
              inodesUsed: disk.files - disk.ffree,
            },
          }
        : {}),
    },
    pods: byPod(stats).map(({ namespace, pod, uid, containers }) => ({
      podRef: { name: pod, namespace, uid },
      startTime: pods.byUid(uid)?.pod.status?.startTime,
      containers: containers.map((item) => ({
        name: item.name,
        cpu: cpu(item.time, item.cpuNanoseconds),
        memory: memory(item.time, [item]),
        rootfs: { time: time(item.time), usedBytes: item.writableLayerBytes, inodesUsed: item.writableLayerInodes },
      })),
      cpu: cpu(
        now,
        total(containers, (item) => item.cpuNanoseconds),
      ),
      memory: memory(now, containers),
    })),
  };
}
