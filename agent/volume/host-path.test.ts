import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { prepareHostPath } from './host-path.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'host-path-'));
});
afterEach(() => removeDirectory(root));

describe('a host path', () => {
  it('is made where its type says so', async () => {
    await prepareHostPath({ path: join(root, 'a/b'), type: 'DirectoryOrCreate' });
    await prepareHostPath({ path: join(root, 'c'), type: 'FileOrCreate' });
    expect((await stat(join(root, 'a/b'))).isDirectory()).toBe(true);
    expect((await stat(join(root, 'c'))).isFile()).toBe(true);
    await expect(prepareHostPath({ path: join(root, 'none'), type: 'Directory' })).rejects.toThrow('is not a directory');
  });

  it('that is a file to be made is made in a directory that is there', async () => {
    const path = join(root, 'none/file');
    await expect(prepareHostPath({ path, type: 'FileOrCreate' })).rejects.toThrow(`open ${path}: no such file or directory`);
    await expect(stat(join(root, 'none'))).rejects.toThrow('ENOENT');
  });

  it('that cannot be made is an error, also in /proc', async () => {
    await expect(prepareHostPath({ path: '/proc/no-such-directory/below/it', type: 'DirectoryOrCreate' })).rejects.toThrow('ENOENT');
  });
});
