import { mkdir, mkdtemp, readdir, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { bindSubPath } from './sub-path.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sub-path-'));
  await mkdir(join(root, 'volume'));
  await mkdir(join(root, 'outside'));
  await symlink('/no/such/place', join(root, 'volume', 'nowhere'));
  await symlink(join(root, 'outside'), join(root, 'volume', 'away'));
});
afterEach(() => removeDirectory(root));

describe('a path within a volume is refused in kubelet’s words, which do not tell what is on the node', () => {
  it.each([
    ['is absolute', '/etc', 'error SubPath `/etc` must not be an absolute path'],
    ['leads upwards', 'a/../../b', "unable to provision SubPath `a/../../b`: must not contain '..'"],
    ['is a link to nothing', 'nowhere', 'failed to create subPath directory for volumeMount "data" of container "main"'],
    ['is a link out of the volume', 'away', 'failed to create subPath directory for volumeMount "data" of container "main"'],
    ['is below a link out of the volume', 'away/made', 'failed to create subPath directory for volumeMount "data" of container "main"'],
  ])('if it %s', async (_case, subPath, words) => {
    const bound = bindSubPath(join(root, 'volume'), subPath, join(root, 'target'), { volumeMount: 'data', container: 'main' });
    await expect(bound).rejects.toMatchObject({ message: words });
    expect(await readdir(join(root, 'outside'))).toEqual([]);
  });
});
