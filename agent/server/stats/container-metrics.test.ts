import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../base/log.ts';
import type { CgroupStatistics } from '../../contract/cgroup-statistics.ts';
import type { Pressures } from '../../contract/pressure.ts';
import { noCgroups } from '../../simulated/simulated-parts.ts';
import { containerMetrics } from './container-metrics.ts';
import { interfacesIn } from './network-usage.ts';
import type { UsageReport } from './node-usage.ts';
import type { UsageNode, UsagePods } from './usage-node.ts';

const item = {
  id: 'cid',
  name: 'web',
  labels: {},
  time: 1_000,
  cpuNanoseconds: 2_500_000_000,
  workingSetBytes: 4096,
  rssBytes: 2048,
  usageBytes: 8192,
  writableLayerBytes: 10,
  writableLayerInodes: 1,
  startedAt: 500,
};
const report: UsageReport = {
  machine: { time: 2_000, cpuNanoseconds: 9e9, workingSetBytes: 65_536, availableBytes: undefined },
  pods: [{ namespace: 'shop', pod: 'web-1', uid: 'u', containers: [item] }],
};
const kernel: CgroupStatistics = {
  cpu: { nanoseconds: 3e9, userNanoseconds: 1e9, systemNanoseconds: 2e9, periods: 10, throttledPeriods: 4, throttledNanoseconds: 5e8 },
  memory: { usage: 9000, workingSet: 8000, rss: 300, cache: 400, mappedFiles: 50, swap: 0, peak: 9999, failures: 3, oomKills: 1 },
  processes: 2,
  threads: 5,
  disks: [{ device: '8:0', readBytes: 4096, writtenBytes: 8192, reads: 1, writes: 2 }],
};

function nodeOf(simulated: boolean, statistics: UsageNode['cgroups']['statistics']): UsageNode {
  const containers = [{ id: 'cid', image: 'docker.io/library/web:1' }];
  return {
    nodeName: 'node-0',
    clock: { now: () => 2_000 },
    log: silentLogger,
    directories: { pods: '/' },
    runtime: { simulated },
    cache: { of: () => ({ containers, sandboxes: [{ id: 'sid', ready: true, createdAt: 400 }] }) },
    // The process of no sandbox can be read here: this one does not exist.
    cgroups: { ...noCgroups, statistics },
    cgroupRoot: '/kubepods',
  } as unknown as UsageNode;
}
const pods = { byUid: () => ({ pod: { metadata: { uid: 'u' }, spec: { containers: [{ name: 'web' }] } } }) } as unknown as UsagePods;

const WHOLE = 'container="",id="/kubepods/besteffort/podu",image="",name="",namespace="shop",pod="web-1"';
const WEB = 'container="web",id="/kubepods/besteffort/podu/cid",image="docker.io/library/web:1",name="cid",namespace="shop",pod="web-1"';
const ROOT = 'container="",id="/",image="",name="",namespace="",pod=""';
const values = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('/metrics/cadvisor', () => {
  it('tells of the node, of pods and of their containers', async () => {
    const lines = values(
      await containerMetrics(
        nodeOf(false, () => Promise.resolve(kernel)),
        pods,
        report,
      ),
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        `container_cpu_usage_seconds_total{${ROOT},cpu="total"} 9 2000`,
        `container_cpu_usage_seconds_total{${WHOLE},cpu="total"} 3 1000`,
        `container_cpu_usage_seconds_total{${WEB},cpu="total"} 2.5 1000`,
        `container_memory_working_set_bytes{${ROOT}} 65536 2000`,
        `container_memory_working_set_bytes{${WHOLE}} 8000 1000`,
        `container_memory_working_set_bytes{${WEB}} 4096 1000`,
        `container_cpu_cfs_throttled_periods_total{${WEB}} 4 1000`,
        `container_cpu_cfs_throttled_seconds_total{${WEB}} 0.5 1000`,
        `container_oom_events_total{${WEB}} 1 1000`,
        `container_fs_writes_bytes_total{${WEB},device="8:0"} 8192 1000`,
        `container_fs_usage_bytes{${WEB}} 10 1000`,
        `container_start_time_seconds{${WEB}} 0.5 1000`,
        expect.stringMatching(/^machine_memory_bytes \d+$/),
      ]),
    );
    expect(lines.some((line) => line.startsWith('container_network_receive_bytes_total{container="",id="/"'))).toBe(true);
  });

  it('tells of the pressure on the node, on pods and on containers, where the kernel does', async () => {
    const of = (some: number, full: number) => {
      const level = (totalMicroseconds: number) => ({ avg10: 0, avg60: 0, avg300: 0, totalMicroseconds });
      return { some: level(some), full: level(full) };
    };
    const pressure: Pressures = { cpu: of(2_500_000, 500_000), memory: of(3e6, 1e6), io: undefined };
    const node = nodeOf(false, async () => ({ ...kernel, pressure }));
    const pressed = { ...node, cgroups: { ...node.cgroups, machinePressure: async () => ({ ...pressure, io: of(7e6, 6e6) }) } };
    const shown = (lines: readonly string[]) => lines.filter((line) => line.startsWith('container_pressure_'));
    expect(shown(values(await containerMetrics(pressed, pods, report)))).toEqual([
      ...[`{${ROOT}} 0.5 2000`, `{${WHOLE}} 0.5 1000`, `{${WEB}} 0.5 1000`].map((line) => `container_pressure_cpu_stalled_seconds_total${line}`),
      ...[`{${ROOT}} 2.5 2000`, `{${WHOLE}} 2.5 1000`, `{${WEB}} 2.5 1000`].map((line) => `container_pressure_cpu_waiting_seconds_total${line}`),
      ...[`{${ROOT}} 1 2000`, `{${WHOLE}} 1 1000`, `{${WEB}} 1 1000`].map((line) => `container_pressure_memory_stalled_seconds_total${line}`),
      ...[`{${ROOT}} 3 2000`, `{${WHOLE}} 3 1000`, `{${WEB}} 3 1000`].map((line) => `container_pressure_memory_waiting_seconds_total${line}`),
      `container_pressure_io_stalled_seconds_total{${ROOT}} 6 2000`,
      `container_pressure_io_waiting_seconds_total{${ROOT}} 7 2000`,
    ]);
    expect(
      shown(
        values(
          await containerMetrics(
            nodeOf(false, async () => kernel),
            pods,
            report,
          ),
        ),
      ),
    ).toEqual([]);
  });

  it('has what is said of simulated containers, and nothing of a kernel', async () => {
    const lines = values(await containerMetrics(nodeOf(true, noCgroups.statistics), pods, report));
    expect(lines).toContain(`container_cpu_usage_seconds_total{${WEB},cpu="total"} 2.5 1000`);
    expect(lines).toContain(`container_memory_rss{${WEB}} 2048 1000`);
    expect(lines.filter((line) => /throttled|oom|network|machine/.test(line))).toEqual([]);
  });
});

describe('the interfaces of a network namespace', () => {
  it('are those that lead out of it', () => {
    const text = [
      'Inter-|   Receive                                                |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
      '    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0',
      '  eth0:    2000      20    1    2    0     0          0         0     3000      30    3    4    0     0       0          0',
      'veth12:       5       5    5    5    5     5          5         5        5       5    5    5    5     5       5          5',
    ].join('\n');
    expect(interfacesIn(text)).toEqual([
      { name: 'eth0', received: { bytes: 2000, packets: 20, errors: 1, dropped: 2 }, sent: { bytes: 3000, packets: 30, errors: 3, dropped: 4 } },
    ]);
  });
});
