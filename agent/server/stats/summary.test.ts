import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import type { CgroupStatistics } from '../../contract/cgroup-statistics.ts';
import { podDirectories } from '../../contract/pod-directories.ts';
import { aPod } from '../../contract/pods.fixture.ts';
import type { Pressures } from '../../contract/pressure.ts';
import type { VolumeStats } from '../../contract/volume-stats.ts';
import { noCgroups } from '../../simulated/simulated-parts.ts';
import { createCpuRates } from './cpu-rates.ts';
import type { DiskReport } from './disk-report.ts';
import { NO_DISK_REPORT } from './disk-report.ts';
import { machineUsage } from './machine-usage.ts';
import { ownCgroup, processLimit } from './node-summary.ts';
import type { ContainerUsage, UsageReport } from './node-usage.ts';
import { statsSummary } from './summary.ts';
import type { UsageNode, UsagePods } from './usage-node.ts';

const T = Date.UTC(2026, 0, 1);
const time = '2026-01-01T00:00:00.000Z';
let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'summary-'));
  await mkdir(join(root, 'pods'));
});
afterEach(() => removeDirectory(root));

const kernel = (processes: number, nanoseconds: number): CgroupStatistics => ({
  cpu: { nanoseconds, userNanoseconds: 0, systemNanoseconds: 0, periods: 0, throttledPeriods: 0, throttledNanoseconds: 0 },
  memory: { usage: 900, workingSet: 800, rss: 300, cache: 0, mappedFiles: 0, swap: 60, peak: 0, failures: 0, oomKills: 0 },
  processes,
  threads: 9,
  disks: [],
});
const level = (microseconds: number) => ({ avg10: 1.5, avg60: 2.5, avg300: 3.5, totalMicroseconds: microseconds });
/** Each resource has waited ten times as long as the one before. */
const pressures = (microseconds: number): Pressures => {
  const of = (factor: number) => ({ some: level(microseconds * factor), full: level(0) });
  return { cpu: of(1), memory: of(10), io: of(100) };
};
const psi = (total: number) => {
  const shown = { avg10: 1.5, avg60: 2.5, avg300: 3.5 };
  return { some: { total, ...shown }, full: { total: 0, ...shown } };
};
const container = (name: string, more: Partial<ContainerUsage> = {}): ContainerUsage => ({
  id: name,
  name,
  labels: {},
  time: T,
  cpuNanoseconds: 1e9,
  workingSetBytes: 4096,
  rssBytes: 2048,
  usageBytes: 8192,
  writableLayerBytes: 10,
  writableLayerInodes: 1,
  startedAt: T - 4_000,
  ...more,
});
const machine = { time: T, cpuNanoseconds: 9e9, workingSetBytes: 65_536, availableBytes: 1_000 };
const reportOf = (more: Partial<UsageReport['machine']> = {}): UsageReport => ({
  machine: { ...machine, ...more },
  pods: [{ namespace: 'shop', pod: 'web', uid: 'u', containers: [container('main'), container('side')] }],
});
const POD = 'besteffort/podu';

/** A node with one pod, whose cgroups are those given. */
async function summaryOf(
  report: UsageReport,
  disks: DiskReport,
  cgroups: Readonly<Record<string, CgroupStatistics>>,
  { simulated = false, pressure }: { readonly simulated?: boolean; readonly pressure?: Pressures } = {},
) {
  const node = {
    nodeName: 'node-0',
    clock: createFakeClock(T),
    log: silentLogger,
    directories: podDirectories(root),
    runtime: { simulated, imageFilesystem: async () => ({ mountpoint: root, usedBytes: 77, usedInodes: 5 }) },
    cache: { of: () => ({ containers: [], sandboxes: [] }) },
    cgroups: { ...noCgroups, statistics: async (path: string) => cgroups[path], machinePressure: async () => pressure },
    cgroupRoot: '/kubepods',
  } as unknown as UsageNode;
  const pod = aPod(
    {
      volumes: [
        { name: 'cache', emptyDir: {} },
        { name: 'fast', emptyDir: { medium: 'Memory' } },
        { name: 'settings', configMap: { name: 'x' } },
        { name: 'data', persistentVolumeClaim: { claimName: 'c' } },
      ],
    },
    { uid: 'u', name: 'web', namespace: 'shop' },
  );
  const known = { ...pod, status: { startTime: '2025-12-31T00:00:00Z' } };
  const pods = { byUid: () => ({ pod: known }) } as unknown as UsagePods;
  const rates = createCpuRates();
  return JSON.parse(JSON.stringify(await statsSummary(node, pods, report, disks, rates)));
}

const volume = (name: string, used: number, claim?: VolumeStats['claim']): VolumeStats => ({
  podUid: 'u',
  name,
  claim,
  time: T,
  bytes: { total: 1000, used, available: 400 },
  inodes: { total: 100, used: 3, available: 97 },
  abnormal: undefined,
});
/** The room of the test's own file system. */
const room = {
  time,
  availableBytes: expect.any(Number),
  capacityBytes: expect.any(Number),
  inodesFree: expect.any(Number),
  inodes: expect.any(Number),
};

describe('the pods of /stats/summary', () => {
  it('are told of by the runtime where the kernel says nothing of them', async () => {
    const { pods } = await summaryOf(reportOf(), NO_DISK_REPORT, {});
    const memory = { time, usageBytes: 8192, workingSetBytes: 4096, rssBytes: 2048 };
    const each = {
      startTime: '2025-12-31T23:59:56.000Z',
      cpu: { time, usageCoreNanoSeconds: 1e9 },
      memory,
      rootfs: { ...room, usedBytes: 10, inodesUsed: 1 },
    };
    expect(pods).toEqual([
      {
        podRef: { name: 'web', namespace: 'shop', uid: 'u' },
        startTime: '2025-12-31T00:00:00Z',
        containers: [
          { name: 'main', ...each },
          { name: 'side', ...each },
        ],
        cpu: { time, usageCoreNanoSeconds: 2e9 },
        memory: { time, usageBytes: 16_384, workingSetBytes: 8192, rssBytes: 4096 },
        'ephemeral-storage': { ...room, usedBytes: 20, inodesUsed: 2 },
      },
    ]);
  });

  it('are those of their cgroups: usage, processes, and swap where the machine has it', async () => {
    const cgroups = {
      [`/kubepods/${POD}`]: kernel(0, 5e9),
      [`/kubepods/${POD}/main`]: kernel(2, 1e9),
      [`/kubepods/${POD}/side`]: kernel(1, 1e9),
    };
    const [pod] = (await summaryOf(reportOf({ swap: { used: 1, available: 2 } }), NO_DISK_REPORT, cgroups)).pods;
    expect(pod).toMatchObject({
      cpu: { usageCoreNanoSeconds: 5e9 },
      memory: { usageBytes: 900, workingSetBytes: 800, rssBytes: 300 },
      process_stats: { process_count: 3 },
      swap: { time, swapUsageBytes: 60 },
    });
    expect(pod.containers[0].swap).toEqual({ time, swapUsageBytes: 60 });
    expect((await summaryOf(reportOf(), NO_DISK_REPORT, cgroups)).pods[0].swap).toBeUndefined();
  });

  it('have volumes and logs; the ephemeral ones count as such, with logs, /etc/hosts and what containers wrote', async () => {
    const directories = podDirectories(root);
    const used: Record<string, number> = {
      [join(root, 'logs/pods/shop_web_u/main')]: 100,
      [join(root, 'logs/pods/shop_web_u/side')]: 200,
      [directories.hosts('u')]: 4000,
    };
    const disks: DiskReport = {
      volumes: [
        volume('cache', 10_000),
        volume('settings', 20_000),
        volume('fast', 1e6),
        volume('data', 1e7, { namespace: 'shop', name: 'c' }),
        { ...volume('data', 1e9), podUid: 'other' },
      ],
      usedIn: (path) => (used[path] === undefined ? undefined : { bytes: used[path], inodes: 2 }),
    };
    const [pod] = (await summaryOf(reportOf(), disks, {})).pods;
    expect(pod.volume.map(({ name }: { name: string }) => name)).toEqual(['cache', 'settings', 'fast', 'data']);
    expect(pod.volume[3]).toEqual({
      time,
      name: 'data',
      pvcRef: { name: 'c', namespace: 'shop' },
      availableBytes: 400,
      capacityBytes: 1000,
      usedBytes: 1e7,
      inodesFree: 97,
      inodes: 100,
      inodesUsed: 3,
    });
    expect(pod.containers.map(({ logs }: { logs: object }) => logs)).toEqual([
      { ...room, usedBytes: 100, inodesUsed: 2 },
      { ...room, usedBytes: 200, inodesUsed: 2 },
    ]);
    expect(pod['ephemeral-storage']).toEqual({ ...room, usedBytes: 34_320, inodesUsed: 14 });
  });

  it('are told of by their annotations alone on a simulated node', async () => {
    const { node, pods } = await summaryOf(reportOf(), NO_DISK_REPORT, {}, { simulated: true, pressure: pressures(1) });
    expect(Object.keys(node)).toEqual(['nodeName', 'cpu', 'memory']);
    expect(Object.keys(pods[0])).toEqual(['podRef', 'startTime', 'containers', 'cpu', 'memory']);
  });
});

describe('the pressure in /stats/summary', () => {
  it('is that on the node, its pods and their containers, by resource', async () => {
    const cgroups = {
      '/kubepods': { ...kernel(0, 9e9), pressure: pressures(2) },
      [`/kubepods/${POD}`]: { ...kernel(0, 5e9), pressure: pressures(3) },
      [`/kubepods/${POD}/main`]: { ...kernel(2, 1e9), pressure: pressures(4) },
    };
    const { node, pods } = await summaryOf(reportOf(), NO_DISK_REPORT, cgroups, { pressure: pressures(1) });
    const shown = [node, node.systemContainers[0], pods[0], pods[0].containers[0]];
    for (const [index, { cpu, memory, io }] of shown.entries()) {
      expect([cpu.psi, memory.psi]).toEqual([psi(index + 1), psi((index + 1) * 10)]);
      expect(io).toEqual({ time, psi: psi((index + 1) * 100) });
    }
  });

  it('is absent where the kernel tells of none', async () => {
    const none = { cpu: undefined, memory: undefined, io: undefined };
    const { node, pods } = await summaryOf(reportOf(), NO_DISK_REPORT, { [`/kubepods/${POD}`]: { ...kernel(0, 5e9), pressure: none } });
    for (const { cpu, memory, io } of [node, pods[0], pods[0].containers[0]])
      expect([cpu.psi, memory.psi, io]).toEqual([undefined, undefined, undefined]);
  });
});

describe('the node of /stats/summary', () => {
  it('has its file systems, that of images too, its processes, its swap and the cgroup of pods', async () => {
    const { node } = await summaryOf(reportOf({ startedAt: T - 1_000, swap: { used: 1, available: 2 } }), NO_DISK_REPORT, {
      '/kubepods': kernel(0, 7e9),
    });
    const imageFs = { ...room, usedBytes: 77, inodesUsed: 5 };
    expect(node).toMatchObject({
      nodeName: 'node-0',
      startTime: '2025-12-31T23:59:59.000Z',
      fs: { ...room, usedBytes: expect.any(Number), inodesUsed: expect.any(Number) },
      runtime: { imageFs, containerFs: imageFs },
      rlimit: { time, maxpid: expect.any(Number), curproc: expect.any(Number) },
      swap: { time, swapAvailableBytes: 2, swapUsageBytes: 1 },
      systemContainers: [
        {
          name: 'pods',
          cpu: { time, usageCoreNanoSeconds: 7e9 },
          memory: { time, usageBytes: 900, workingSetBytes: 800, rssBytes: 300 },
        },
      ],
    });
  });

  it.each([
    ['version 2', '0::/system.slice/skiff.service\n', '/system.slice/skiff.service'],
    ['version 1', '3:cpu,cpuacct:/a\n2:memory:/system.slice/skiff.service\n0::/b\n', '/system.slice/skiff.service'],
    ['version 1 with other controllers beside memory', '3:cpu,memory:/a\n', '/a'],
    ['the root, which stands for all', '0::/\n', undefined],
    ['no cgroup', '', undefined],
  ])('finds the agent’s own cgroup: %s', (_, text, path) => {
    expect(ownCgroup(text)).toBe(path);
  });

  it('may have as many processes as both of the kernel’s limits allow', async () => {
    await mkdir(join(root, 'sys', 'kernel'), { recursive: true });
    await writeFile(join(root, 'loadavg'), '0.1 0.2 0.3 1/250 4242\n');
    await writeFile(join(root, 'sys', 'kernel', 'threads-max'), '5000\n');
    expect(await processLimit(root)).toEqual({ running: 250, most: 5000 });
    await writeFile(join(root, 'sys', 'kernel', 'pid_max'), '4000\n');
    expect(await processLimit(root)).toEqual({ running: 250, most: 4000 });
    expect(await processLimit(join(root, 'gone'))).toEqual({ running: undefined, most: undefined });
  });

  it('has its swap and its start from the kernel', async () => {
    await writeFile(join(root, 'stat'), 'cpu  1 2 3 4 5 6 7 8 0 0\nbtime 1700000000\n');
    await writeFile(join(root, 'meminfo'), 'MemTotal: 1000 kB\nMemAvailable: 400 kB\nSwapTotal: 100 kB\nSwapFree: 60 kB\n');
    expect(await machineUsage(T, root)).toMatchObject({ startedAt: 1_700_000_000_000, swap: { used: 40 * 1024, available: 60 * 1024 } });
    await writeFile(join(root, 'meminfo'), 'MemTotal: 1000 kB\nMemAvailable: 400 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n');
    expect((await machineUsage(T, root)).swap).toBeUndefined();
  });
});
