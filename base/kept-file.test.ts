import { mkdir, mkdtemp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readIfThere, replaceFile } from './kept-file.ts';
import { removeDirectory } from './remove-directory.fixture.ts';

let root = '';
const at = (...names: readonly string[]) => join(root, ...names);
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kept-file-'));
});
afterEach(() => removeDirectory(root));

describe('a file that is kept', () => {
  it('is its owner’s alone, and so is the directory that is made for it', async () => {
    await replaceFile(at('a', 'b', 'file'), 'text');
    expect(await readFile(at('a', 'b', 'file'), 'utf8')).toBe('text');
    expect(await modeOf(at('a', 'b', 'file'))).toBe(0o600);
    expect(await modeOf(at('a', 'b'))).toBe(0o700);
  });

  it('takes the place of another one, whoever might read that', async () => {
    await writeFile(at('file'), 'a longer text', { mode: 0o644 });
    await replaceFile(at('file'), 'text');
    expect(await readFile(at('file'), 'utf8')).toBe('text');
    expect(await modeOf(at('file'))).toBe(0o600);
    expect(await readdir(root)).toEqual(['file']);
  });

  it('takes the place of a link, and leaves the file that the link names', async () => {
    await writeFile(at('other'), 'theirs');
    await symlink(at('other'), at('file'));
    await replaceFile(at('file'), 'text');
    expect(await readFile(at('other'), 'utf8')).toBe('theirs');
  });

  it('is the whole text of one of several writers', async () => {
    const texts = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => letter.repeat(300_000));
    await Promise.all(texts.map((text) => replaceFile(at('file'), text)));
    expect(texts).toContain(await readFile(at('file'), 'utf8'));
    expect(await readdir(root)).toEqual(['file']);
  });

  it('stays as it was if it cannot be replaced, with nothing beside it', async () => {
    await mkdir(at('file', 'taken'), { recursive: true });
    await expect(replaceFile(at('file'), 'text')).rejects.toThrow(/EISDIR|ENOTEMPTY/);
    expect(await readdir(root)).toEqual(['file']);
    expect(await readdir(at('file'))).toEqual(['taken']);
  });
});

describe('reading a file that may not be there', () => {
  it('tells that it is not there', async () => expect(await readIfThere(at('file'))).toBeUndefined());

  it('does not take one that cannot be read for absent', async () => {
    await mkdir(at('file'));
    await expect(readIfThere(at('file'))).rejects.toThrow(/EISDIR/);
  });
});
