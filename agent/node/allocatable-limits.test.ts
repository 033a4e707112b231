import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { enforceAllocatable } from './allocatable-limits.ts';
import { openCgroups } from './cgroups.ts';

let mount = '';
beforeEach(async () => {
  mount = await mkdtemp(join(tmpdir(), 'cgroup-'));
  for (const controller of ['cpu', 'memory']) {
    await mkdir(join(mount, controller));
    await writeFile(join(mount, controller, 'cgroup.procs'), '');
  }
});
afterEach(() => rm(mount, { recursive: true }));

it('the pods of a node weigh as much as its allocatable processors, and their memory has no limit', async () => {
  await enforceAllocatable({ cgroups: await openCgroups(mount), cgroupRoot: '/kubepods-1' }, { cpu: '3500m', memory: '8Gi' });
  expect(await readFile(join(mount, 'cpu', 'kubepods-1', 'cpu.shares'), 'utf8')).toBe('3584');
  expect(await readFile(join(mount, 'memory', 'kubepods-1', 'memory.limit_in_bytes'), 'utf8')).toBe('-1');
});

it('a cgroup that cannot be written is told in the words of kubelet', async () => {
  const cgroups = await openCgroups(mount);
  await writeFile(join(mount, 'cpu', 'kubepods'), 'in the way');
  await expect(enforceAllocatable({ cgroups, cgroupRoot: '/kubepods' }, { cpu: '2' })).rejects.toThrow(
    /^Failed to update Node Allocatable Limits \["kubepods"\]: E/,
  );
});
