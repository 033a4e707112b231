import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { createAgentMetrics } from './agent-metrics.ts';
import { measuredCgroups } from './cgroup-metrics.ts';
import { openCgroups } from './cgroups.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cgroup-'));
});
afterEach(() => rm(root, { recursive: true }));

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
