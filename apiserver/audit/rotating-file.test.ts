import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { backupsIn, outdated, rotatingFile } from './rotating-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audit-'));
});
afterEach(() => removeDirectory(directory));

const clock = createFakeClock();
const fileOf = (options: Partial<Parameters<typeof rotatingFile>[0]> = {}) =>
  rotatingFile({
    path: join(directory, 'logs', 'audit.log'),
    maxBytes: 30,
    maxBackups: 0,
    maxAgeDays: 0,
    compress: false,
    clock,
    log: silentLogger,
    ...options,
  });
const listed = async () => (await readdir(join(directory, 'logs'))).sort();
const read = (name: string) => readFile(join(directory, 'logs', name), 'utf8');

describe('an audit log file', () => {
  it('is its owner’s alone, and is put aside before it would be too long', async () => {
    const file = fileOf();
    await file.append(['0123456789', '0123456789', 'the third']);
    await file.close();
    expect(await listed()).toEqual(['audit-2026-01-01T00-00-00.000.log', 'audit.log']);
    expect(await read('audit-2026-01-01T00-00-00.000.log')).toBe('0123456789\n0123456789\n');
    expect(await read('audit.log')).toBe('the third\n');
    expect((await stat(join(directory, 'logs', 'audit.log'))).mode & 0o777).toBe(0o600);
  });

  it('is continued after a restart', async () => {
    for (const line of ['one', 'two']) {
      const file = fileOf();
      await file.append([line]);
      await file.close();
    }
    expect(await read('audit.log')).toBe('one\ntwo\n');
  });

  it('takes a line that is longer than a whole file', async () => {
    const file = fileOf();
    await file.append(['short', 'x'.repeat(50), 'short']);
    await file.close();
    expect(await listed()).toHaveLength(3);
  });

  it('keeps as many files put aside as are asked for, compressed if that is asked for', async () => {
    const file = fileOf({ maxBackups: 2, compress: true });
    await file.append(Array.from({ length: 6 }, (_, i) => `${i}`.repeat(25)));
    await file.close();
    const names = await listed();
    expect(names).toEqual(['audit-2026-01-01T00-00-00.003.log.gz', 'audit-2026-01-01T00-00-00.004.log.gz', 'audit.log']);
    const zipped = await readFile(join(directory, 'logs', names[1] ?? ''));
    expect(gunzipSync(zipped).toString()).toBe(`${'4'.repeat(25)}\n`);
  });

  it('says what it could not write', async () => {
    const file = fileOf({ path: join(directory, 'logs') });
    const other = fileOf();
    await other.append(['makes the folder']);
    const { taken, error } = await file.append(['line']);
    expect(taken).toBe(0);
    expect(String(error)).toContain('EISDIR');
    await other.close();
  });
});

describe('files put aside', () => {
  it('are those with a time in their names, the newest first', () => {
    const names = [
      'audit.log',
      'audit-2026-01-01T00-00-00.000.log',
      'audit-2026-01-03T00-00-00.000.log.gz',
      'audit-x.log',
      'other-2026-01-01T00-00-00.000.log',
    ];
    expect(backupsIn(names, '/var/log/audit.log').map(({ name }) => name)).toEqual([
      'audit-2026-01-03T00-00-00.000.log.gz',
      'audit-2026-01-01T00-00-00.000.log',
    ]);
  });

  it.each([
    [0, 0, 0],
    [1, 0, 2],
    [0, 2, 1],
    [2, 1, 2],
  ])('with at most %d files and %d days, %d of three are deleted', (maxBackups, maxAgeDays, deleted) => {
    const day = 86_400_000;
    const backups = [0, 1.5, 3].map((age) => ({ name: `${age}`, time: 10 * day - age * day }));
    expect(outdated(backups, maxBackups, maxAgeDays, 10 * day)).toHaveLength(deleted);
  });
});
