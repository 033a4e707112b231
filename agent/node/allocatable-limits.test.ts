import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { enforceAllocatable, podsLimits } from './allocatable-limits.ts';
import { openCgroups } from './cgroups.ts';
import { NO_RESERVATION, parseReservation } from './reservation.ts';

let mount = '';
beforeEach(async () => {
  mount = await mkdtemp(join(tmpdir(), 'cgroup-'));
  for (const controller of ['cpu', 'memory', 'pids']) {
    await mkdir(join(mount, controller));
    await writeFile(join(mount, controller, 'cgroup.procs'), '');
  }
});
afterEach(() => removeDirectory(mount));

const limits = { cpuMilli: 3_500, memoryBytes: 2 ** 33, pids: 30_000 };
const read = (...path: string[]) => readFile(join(mount, ...path), 'utf8');

it('the pods of a node get what is not reserved, with what evictions keep free', () => {
  const facts = { capacity: { cpu: '4', memory: '8Gi' }, memoryBytes: 2 ** 33, taskLimit: 32_768 };
  expect(podsLimits(facts, NO_RESERVATION)).toEqual({ cpuMilli: 4_000, memoryBytes: 2 ** 33, pids: 32_768 });
  const reserved = parseReservation('cpu=500m,memory=1Gi,ephemeral-storage=5Gi,pid=768');
  expect(podsLimits(facts, reserved)).toEqual({ cpuMilli: 3_500, memoryBytes: 7 * 2 ** 30, pids: 32_000 });
  // Zero would be no limit.
  expect(podsLimits(facts, parseReservation('cpu=4,memory=8Gi,pid=32768'))).toEqual({ cpuMilli: 0, memoryBytes: 1, pids: 1 });
  expect(podsLimits({ ...facts, taskLimit: undefined }, reserved).pids).toBe(0);
});

it('the pods of a node weigh as much as their processors, and have no more memory and processes than there are for them', async () => {
  await enforceAllocatable({ cgroups: await openCgroups(mount), cgroupRoot: '/kubepods-1' }, limits);
  expect(await read('cpu', 'kubepods-1', 'cpu.shares')).toBe('3584');
  expect(await read('memory', 'kubepods-1', 'memory.limit_in_bytes')).toBe(String(2 ** 33));
  expect(await read('pids', 'kubepods-1', 'pids.max')).toBe('30000');
});

it('pods that use more than a new limit of memory are not met by it', async () => {
  const parts = { cgroups: await openCgroups(mount), cgroupRoot: '/kubepods' };
  await enforceAllocatable(parts, limits);
  await writeFile(join(mount, 'cpu', 'kubepods', 'cgroup.procs'), '');
  await writeFile(join(mount, 'memory', 'kubepods', 'memory.usage_in_bytes'), '5000');
  await writeFile(join(mount, 'memory', 'kubepods', 'memory.stat'), 'total_inactive_file 500\n');
  const less = enforceAllocatable(parts, { ...limits, memoryBytes: 4_000 });
  await expect(less).rejects.toThrow('Failed to update Node Allocatable Limits ["kubepods"]: the pods use 4500 bytes of memory, and may have 4000');
  expect(await read('memory', 'kubepods', 'memory.limit_in_bytes')).toBe(String(2 ** 33));
  await enforceAllocatable(parts, { ...limits, memoryBytes: 4_500 });
  expect(await read('memory', 'kubepods', 'memory.limit_in_bytes')).toBe('4500');
});

it('a cgroup that cannot be written is told in the words of kubelet', async () => {
  const cgroups = await openCgroups(mount);
  await writeFile(join(mount, 'cpu', 'kubepods'), 'in the way');
  await expect(enforceAllocatable({ cgroups, cgroupRoot: '/kubepods' }, limits)).rejects.toThrow(
    /^Failed to update Node Allocatable Limits \["kubepods"\]: E/,
  );
});
