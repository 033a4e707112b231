import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { unmount } from './removal.ts';
import { cgroupDirs, listMounts } from './traces.ts';

(process.getuid?.() === 0 ? describe : describe.skip)('the mounts that a node leaves', () => {
  let root = '';
  const mountAt = async (...path: readonly string[]) => {
    const point = join(root, ...path);
    await mkdir(point, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', point]);
    return point;
  };
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'traces-')));
  });
  afterEach(async () => {
    await unmount(await listMounts([root]));
    await removeDirectory(root);
  });

  it('are those of its directories, in the order in which they come off', async () => {
    const outer = await mountAt('data');
    const inner = await mountAt('data', 'a b');
    await mountAt('data', 'a b');
    const beside = await mountAt('data-2');
    expect(await listMounts([outer])).toEqual([inner, inner, outer]);
    expect(await listMounts([join(root, 'none')])).toEqual([]);
    await unmount(await listMounts([outer]));
    expect(await listMounts([root])).toEqual([beside]);
  });
});

it('cgroups of a node are never the root, nor one that is not there', async () => {
  await expect(cgroupDirs('/')).rejects.toThrow("not a cgroup of its own: '/'");
  expect(await cgroupDirs('/not-there')).toEqual([]);
});
