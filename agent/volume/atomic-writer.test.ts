import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { Payload } from './atomic-writer.ts';
import { writePayload } from './atomic-writer.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skiff-volume-'));
});
afterEach(() => removeDirectory(directory));
const files = (content: Record<string, string>, mode = 0o644): Payload =>
  new Map(Object.entries(content).map(([path, text]) => [path, { content: Buffer.from(text), mode }]));
const write = (payload: Payload) => writePayload(directory, payload, undefined, Date.UTC(2026, 0, 2));
const read = (path: string) => readFile(join(directory, path), 'utf8');

describe('a volume of files from the API', () => {
  it('shows its files through links that go over ..data', async () => {
    await write(files({ key: 'value', 'deep/er/file': 'x' }));
    expect(await read('key')).toBe('value');
    expect(await read('deep/er/file')).toBe('x');
    expect(await readlink(join(directory, 'key'))).toBe('..data/key');
    expect(await readlink(join(directory, 'deep'))).toBe('..data/deep');
    expect(await readlink(join(directory, '..data'))).toMatch(/^\.\.2026_01_02_00_00_00\.\d+$/);
  });

  it('changes as a whole and keeps nothing of what it was', async () => {
    await write(files({ a: '1', b: '1' }));
    const old = await readlink(join(directory, '..data'));
    expect(await write(files({ b: '2', c: '2' }))).toBe(true);
    expect(await read('b')).toBe('2');
    const names = await readdir(directory);
    expect(names.filter((name) => !name.startsWith('..')).sort()).toEqual(['b', 'c']);
    expect(names).not.toContain(old);
  });

  it('is left alone while its content stays the same', async () => {
    await write(files({ a: '1' }));
    const before = await readlink(join(directory, '..data'));
    expect(await write(files({ a: '1' }))).toBe(false);
    expect(await readlink(join(directory, '..data'))).toBe(before);
  });

  it('gives files the mode that was asked for', async () => {
    await write(files({ a: '1' }, 0o400));
    expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0o400);
  });

  it('can be empty', async () => {
    await write(files({ a: '1' }));
    await write(new Map());
    expect((await readdir(directory)).filter((name) => !name.startsWith('..'))).toEqual([]);
  });

  it('takes up a write that was cut off before its content was shown', async () => {
    await write(files({ a: '1' }));
    await mkdir(join(directory, '..2026_01_01_00_00_00.1'));
    await symlink('..2026_01_01_00_00_00.1', join(directory, '..data_tmp'));
    expect(await write(files({ a: '2' }))).toBe(true);
    expect(await read('a')).toBe('2');
    expect(await readdir(directory)).toHaveLength(3);
  });

  it('takes up a write that was cut off before its names were linked', async () => {
    await write(files({ a: '1', b: '1' }));
    await rm(join(directory, 'b'));
    expect(await write(files({ a: '1', b: '1' }))).toBe(false);
    expect(await read('b')).toBe('1');
  });

  it('shows the last of several writes at a time, and keeps nothing of the others', async () => {
    const contents = Array.from({ length: 8 }, (_, i) => files({ a: String(i), b: String(i) }));
    await Promise.all(contents.map(write));
    expect(await read('a')).toBe('7');
    expect(await readdir(directory)).toHaveLength(4);
  });

  it.each(['../escape', '/absolute', 'a/../../b', '..hidden', ''])('refuses the path %j', async (path) => {
    await expect(write(files({ [path]: 'x' }))).rejects.toThrow('invalid path');
  });

  it('takes over what stands in the way of a name', async () => {
    await write(files({ a: '1' }));
    await writeFile(join(directory, 'stray'), 'x');
    await write(files({ a: '2' }));
    expect((await readdir(directory)).filter((name) => !name.startsWith('..'))).toEqual(['a']);
  });
});
