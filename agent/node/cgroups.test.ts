import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { weighedCgroup } from '../spec/pod-resources.ts';
import { createAgentMetrics } from './agent-metrics.ts';
import { measuredCgroups } from './cgroup-metrics.ts';
import { openCgroups } from './cgroups.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cgroup-'));
});
afterEach(() => removeDirectory(root));

const controller = async (name: string) => {
  await mkdir(join(root, name));
  await writeFile(join(root, name, 'cgroup.procs'), '');
};

describe('the cgroups of a node', () => {
  it('must be there: an agent that sees none does not start', async () => {
    await expect(openCgroups(root)).rejects.toThrow(`${root}: no cgroups are mounted, and pods need them: mount cgroup2 there`);
    await mkdir(join(root, 'cpu'));
    await expect(openCgroups(root)).rejects.toThrow('no cgroups are mounted');
    await controller('memory');
    await expect(openCgroups(root)).rejects.toThrow('the cgroup controller cpu is not mounted');
  });

  it('may be of version 1 or 2', async () => {
    await writeFile(join(root, 'cgroup.controllers'), 'cpu memory');
    expect((await openCgroups(root)).version).toBe(2);
    await rm(join(root, 'cgroup.controllers'));
    await controller('cpu');
    await controller('memory');
    expect((await openCgroups(root)).version).toBe(1);
  });

  it('have the pressure on the machine in version 2 alone', async () => {
    await mkdir(join(root, 'proc', 'pressure'), { recursive: true });
    await writeFile(join(root, 'proc', 'pressure', 'memory'), 'some avg10=0.00 avg60=0.00 avg300=0.00 total=42\n');
    await writeFile(join(root, 'cgroup.controllers'), 'cpu memory');
    const { machinePressure } = await openCgroups(root, { proc: join(root, 'proc') });
    expect(await machinePressure()).toMatchObject({ cpu: undefined, memory: { some: { totalMicroseconds: 42 } }, io: undefined });
    await rm(join(root, 'cgroup.controllers'));
    await controller('cpu');
    await controller('memory');
    expect(await (await openCgroups(root, { proc: join(root, 'proc') })).machinePressure()).toBeUndefined();
  });

  const limits = { path: '/k/podu1', cpuShares: 1024, cpuLimitMilli: 0, memoryLimitBytes: 0 };
  const read = (...path: string[]) => readFile(join(root, ...path), 'utf8');

  it('limit the processes of a pod if the node is asked to', async () => {
    await controller('cpu');
    await controller('memory');
    const cgroups = await openCgroups(root);
    await cgroups.apply({ ...limits, pidsLimit: 100 });
    expect(await read('pids', 'k', 'podu1', 'pids.max')).toBe('100');
    await writeFile(join(root, 'pids', 'k', 'podu1', 'pids.current'), '7\n');
    expect(await cgroups.processes('/k/podu1')).toBe(7);
    expect(await cgroups.memoryUsage('/k/podu1')).toBeUndefined();
  });

  it('are measured as they are made, changed and removed', async () => {
    await writeFile(join(root, 'cgroup.controllers'), 'cpu memory pids');
    await writeFile(join(root, 'cgroup.subtree_control'), '');
    const { registry } = createAgentMetrics('n1');
    const cgroups = measuredCgroups(await openCgroups(root), createFakeClock(), registry);
    expect(await cgroups.apply({ ...limits, pidsLimit: 0 })).toBe(true);
    for (const pidsLimit of [5, 6]) expect(await cgroups.apply({ ...limits, pidsLimit })).toBe(false);
    await cgroups.remove('/k/podu2');
    expect(await samplesOf(registry, 'kubelet_cgroup_manager_duration_seconds_count')).toEqual([
      'kubelet_cgroup_manager_duration_seconds_count{operation_type="create"} 1',
      'kubelet_cgroup_manager_duration_seconds_count{operation_type="update"} 2',
      'kubelet_cgroup_manager_duration_seconds_count{operation_type="destroy"} 1',
    ]);
    expect(await samplesOf(registry, 'kubelet_cgroup_version')).toEqual(['kubelet_cgroup_version 2']);
  });

  describe('that limit huge pages', () => {
    const sizes = async () => [2 ** 21, 2 ** 30].map((pageSize) => ({ pageSize, total: 0 }));
    const hugePages = new Map([[2 ** 21, 2 ** 22]]);

    it('in version 1 allow as many as the pod has, and none of other sizes', async () => {
      for (const name of ['cpu', 'memory', 'hugetlb']) await controller(name);
      const cgroups = await openCgroups(root, { hugePages: sizes });
      expect(cgroups.hugePageSizes).toEqual([2 ** 21, 2 ** 30]);
      const directory = join('hugetlb', 'k', 'podu1');
      await mkdir(join(root, directory), { recursive: true });
      await writeFile(join(root, directory, 'hugetlb.2MB.rsvd.limit_in_bytes'), '-1\n');
      await cgroups.apply({ ...limits, pidsLimit: 0, hugePages });
      expect(await read(directory, 'hugetlb.2MB.limit_in_bytes')).toBe('4194304');
      expect(await read(directory, 'hugetlb.1GB.limit_in_bytes')).toBe('0');
      expect(await read(directory, 'hugetlb.2MB.rsvd.limit_in_bytes')).toContain('4194304');
    });

    it('in version 2 have the controller handed down to the pod', async () => {
      await writeFile(join(root, 'cgroup.controllers'), 'cpu memory hugetlb pids');
      const cgroups = await openCgroups(root, { hugePages: sizes });
      await cgroups.apply({ ...limits, pidsLimit: 0, hugePages });
      expect(await read('k', 'cgroup.subtree_control')).toBe('+cpu +memory +pids +hugetlb');
      expect([await read('k', 'podu1', 'hugetlb.2MB.max'), await read('k', 'podu1', 'hugetlb.1GB.max')]).toEqual(['4194304', '0']);
    });

    it('leave many pods together without a limit', async () => {
      await writeFile(join(root, 'cgroup.controllers'), 'cpu memory hugetlb pids');
      await (await openCgroups(root, { hugePages: sizes })).apply(weighedCgroup('/k', 2));
      await expect(read('k', 'hugetlb.2MB.max')).rejects.toThrow('ENOENT');
    });

    it('are not there without the controller', async () => {
      await writeFile(join(root, 'cgroup.controllers'), 'cpu memory pids');
      const cgroups = await openCgroups(root, { hugePages: sizes });
      expect(cgroups.hugePageSizes).toEqual([]);
      await cgroups.apply({ ...limits, pidsLimit: 0, hugePages });
      expect(await read('k', 'cgroup.subtree_control')).toBe('+cpu +memory +pids');
      await expect(read('k', 'podu1', 'hugetlb.2MB.max')).rejects.toThrow('ENOENT');
    });
  });

  it('give back a limit that a resize has removed', async () => {
    await writeFile(join(root, 'cgroup.controllers'), 'cpu memory pids');
    await writeFile(join(root, 'cgroup.subtree_control'), '');
    const cgroups = await openCgroups(root);
    await cgroups.apply({ ...limits, memoryLimitBytes: 1024, pidsLimit: 5 });
    expect([await read('k', 'podu1', 'memory.max'), await read('k', 'podu1', 'pids.max')]).toEqual(['1024', '5']);
    await cgroups.apply({ ...limits, pidsLimit: 0 });
    expect([await read('k', 'podu1', 'memory.max'), await read('k', 'podu1', 'pids.max')]).toEqual(['max', 'max']);
  });
});
