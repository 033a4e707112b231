import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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
    await expect(openCgroups(root)).resolves.toBeDefined();
    await rm(join(root, 'cgroup.controllers'));
    await controller('cpu');
    await controller('memory');
    await expect(openCgroups(root)).resolves.toBeDefined();
  });
});
