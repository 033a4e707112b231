import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeDirectories } from './make-directories.ts';
import { removeDirectory } from './remove-directory.fixture.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'directories-'));
});
afterEach(() => removeDirectory(root));

describe('makeDirectories', () => {
  it('makes all levels that are missing, and may be repeated or run twice at once', async () => {
    const path = join(root, 'a/b/c');
    await Promise.all([makeDirectories(path, 0o750), makeDirectories(path, 0o750)]);
    await makeDirectories(path);
    expect((await stat(path)).isDirectory()).toBe(true);
  });

  it('ends with the error of a level that cannot be made, also where the kernel says that it is not there', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(makeDirectories(join(root, 'file/below'))).rejects.toThrow('EEXIST');
    await expect(makeDirectories('/proc/no-such-directory/below')).rejects.toThrow('ENOENT');
  });
});
