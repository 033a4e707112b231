import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { statisticsV1, statisticsV2 } from './cgroup-statistics.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cgroup-'));
});
afterEach(() => removeDirectory(root));

async function files(texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const noPressure = { cpu: undefined, memory: undefined, io: undefined };
const expected = {
  cpu: { nanoseconds: 5e9, userNanoseconds: 3e9, systemNanoseconds: 2e9, periods: 10, throttledPeriods: 4, throttledNanoseconds: 7e8 },
  memory: { usage: 9000, workingSet: 8000, rss: 300, cache: 400, mappedFiles: 50, swap: 60, peak: 9999, failures: 3, oomKills: 2 },
  processes: 2,
  threads: 5,
  disks: [
    { device: '8:0', readBytes: 4096, writtenBytes: 8192, reads: 1, writes: 2 },
    { device: '8:16', readBytes: 512, writtenBytes: 0, reads: 1, writes: 0 },
  ],
};

describe('the statistics of a cgroup', () => {
  it('come from the controllers of version 1', async () => {
    await files({
      'cpu/k/p/cgroup.procs': '11\n12\n',
      'cpu/k/p/cpu.stat': 'nr_periods 10\nnr_throttled 4\nthrottled_time 700000000\n',
      'cpuacct/k/p/cpuacct.usage': '5000000000\n',
      'cpuacct/k/p/cpuacct.stat': 'user 300\nsystem 200\n',
      'memory/k/p/memory.usage_in_bytes': '9000\n',
      'memory/k/p/memory.stat':
        'cache 1\nrss 1\ninactive_file 1\ntotal_cache 400\ntotal_rss 300\ntotal_mapped_file 50\ntotal_swap 60\ntotal_inactive_file 1000\n',
      'memory/k/p/memory.max_usage_in_bytes': '9999\n',
      'memory/k/p/memory.failcnt': '3\n',
      'memory/k/p/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
      'pids/k/p/pids.current': '5\n',
      'blkio/k/p/blkio.throttle.io_service_bytes_recursive': '8:0 Read 4096\n8:0 Write 8192\n8:0 Total 12288\n8:16 Read 512\nTotal 12800\n',
      'blkio/k/p/blkio.throttle.io_serviced_recursive': '8:0 Read 1\n8:0 Write 2\n8:0 Total 3\n8:16 Read 1\nTotal 4\n',
    });
    expect(await statisticsV1(root, '/k/p')).toEqual(expected);
  });

  it('come from the one tree of version 2', async () => {
    await files({
      'k/p/cgroup.procs': '11\n12\n',
      'k/p/cpu.stat': 'usage_usec 5000000\nuser_usec 3000000\nsystem_usec 2000000\nnr_periods 10\nnr_throttled 4\nthrottled_usec 700000\n',
      'k/p/memory.current': '9000\n',
      'k/p/memory.stat': 'anon 300\nfile 400\nfile_mapped 50\ninactive_file 1000\n',
      'k/p/memory.peak': '9999\n',
      'k/p/memory.swap.current': '60\n',
      'k/p/memory.events': 'low 0\nhigh 0\nmax 3\noom 2\noom_kill 2\n',
      'k/p/pids.current': '5\n',
      'k/p/io.stat': '8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n8:16 rbytes=512 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n',
    });
    expect(await statisticsV2(root, '/k/p')).toEqual({ ...expected, pressure: noPressure });
  });

  it('have the pressure on each resource of which version 2 tells', async () => {
    await files({
      'k/p/cgroup.procs': '',
      'k/p/cpu.pressure': 'some avg10=1.50 avg60=0.75 avg300=0.25 total=123456\nfull avg10=0.50 avg60=0.40 avg300=0.30 total=65432\n',
      // As of a machine's CPU before Linux 5.13.
      'k/p/io.pressure': 'some avg10=0.00 avg60=0.00 avg300=12.34 total=7\n',
    });
    const { pressure } = (await statisticsV2(root, '/k/p')) ?? {};
    expect(pressure).toEqual({
      cpu: {
        some: { avg10: 1.5, avg60: 0.75, avg300: 0.25, totalMicroseconds: 123_456 },
        full: { avg10: 0.5, avg60: 0.4, avg300: 0.3, totalMicroseconds: 65_432 },
      },
      memory: undefined,
      io: {
        some: { avg10: 0, avg60: 0, avg300: 12.34, totalMicroseconds: 7 },
        full: { avg10: 0, avg60: 0, avg300: 0, totalMicroseconds: 0 },
      },
    });
  });

  it('are zero where the kernel counts nothing, and absent without the cgroup', async () => {
    await files({ 'k/p/cgroup.procs': '', 'cpu/k/p/cgroup.procs': '' });
    const nothing = { memory: { usage: 0, workingSet: 0 }, processes: 0, threads: 0, disks: [] };
    expect(await statisticsV1(root, '/k/p')).toMatchObject(nothing);
    expect(await statisticsV2(root, '/k/p')).toMatchObject(nothing);
    expect(await statisticsV1(root, '/k/other')).toBeUndefined();
    expect(await statisticsV2(root, '/k/other')).toBeUndefined();
  });
});
