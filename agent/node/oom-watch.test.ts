import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { SystemKill } from './kernel-log.ts';
import { systemKillOf, systemKills } from './kernel-log.ts';
import { createOomWatch } from './oom-watch.ts';

const GLOBAL =
  '4,512,9000000,-;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/user.slice,task=a,b,pid=77,uid=0\n SUBSYSTEM=x\n';
const OF_A_CGROUP = GLOBAL.replace('global_oom', 'oom_memcg=/kubepods/pod1');

function harness() {
  const state: { count: number; kills: SystemKill[]; fault?: Error } = { count: 3, kills: [] };
  const events: string[] = [];
  const reads: number[] = [];
  let seconds = 100;
  const look = createOomWatch({
    nodeName: 'n1',
    log: silentLogger,
    recorder: { event: (object, type, reason, message) => void events.push(`${object.metadata?.name} ${type} ${reason}: ${message}`) },
    killCount: async () => state.count,
    killsSince: async (since) => {
      reads.push(since);
      if (state.fault) throw state.fault;
      return state.kills;
    },
    uptime: () => {
      seconds += 10;
      return seconds;
    },
  });
  return { state, events, reads, look };
}

describe('a machine without memory', () => {
  it('is told of by an event of the node, once per process, and the log is read only after a kill', async () => {
    const { state, events, reads, look } = harness();
    await look();
    await look();
    expect(reads).toEqual([]);
    state.count = 4;
    state.kills = [{ sequence: 5, process: 'stress', pid: 77 }];
    await look();
    await look();
    expect(reads).toEqual([119]);
    expect(events).toEqual(['n1 Warning SystemOOM: System OOM encountered, victim process: stress, pid: 77']);
    state.count = 5;
    state.kills.push({ sequence: 9, process: 'other', pid: 78 });
    await look();
    expect(events.slice(1)).toEqual(['n1 Warning SystemOOM: System OOM encountered, victim process: other, pid: 78']);
  });

  it('is not told of where the log cannot be read, nor for what a cgroup has caused', async () => {
    const { state, events, look } = harness();
    await look();
    state.count = 4;
    state.fault = new Error('EPERM');
    await look();
    state.count = 5;
    delete state.fault;
    await look();
    expect(events).toEqual([]);
  });
});

describe("the kernel's log", () => {
  it.each<[string, string, number, SystemKill | undefined]>([
    ['a kill for want of memory of the machine', GLOBAL, 8, { sequence: 512, process: 'a,b', pid: 77 }],
    ['one from before', GLOBAL, 9.5, undefined],
    ['one by the limit of a cgroup', OF_A_CGROUP, 8, undefined],
    ['something else', '6,1,2,-;Linux version 6.1', 0, undefined],
    ['no record', 'x', 0, undefined],
  ])('is read: %s', (_name, record, since, expected) => {
    expect(systemKillOf(record, since)).toEqual(expected);
  });

  it('is read to its end', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'skiff-kmsg-'));
    const file = join(directory, 'kmsg');
    await writeFile(file, GLOBAL);
    expect(await systemKills(file, 0)).toEqual([{ sequence: 512, process: 'a,b', pid: 77 }]);
    await removeDirectory(directory);
  });
});
