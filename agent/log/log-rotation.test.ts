import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { rotateLog } from './log-rotation.ts';

const limits = { maxBytes: 10, maxFiles: 3 };
const clock = createFakeClock();
let file = '';
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'skiff-rotate-')), '0.log');
});
afterEach(() => removeDirectory(dirname(file)));
const names = async () => (await readdir(dirname(file))).sort();
const reopen = () => writeFile(file, '');

describe('rotation of logs', () => {
  it('leaves a short log alone', async () => {
    await writeFile(file, 'short');
    expect(await rotateLog(file, limits, clock, reopen)).toBe(false);
    expect(await names()).toEqual(['0.log']);
  });

  it('keeps as many files as it may, the older ones compressed', async () => {
    for (const text of ['first, long enough', 'second, long enough', 'third, long enough']) {
      await writeFile(file, text);
      expect(await rotateLog(file, limits, clock, reopen)).toBe(true);
      await clock.advance(1_000);
    }
    expect(await names()).toEqual(['0.log', '0.log.20260101-000001.gz', '0.log.20260101-000002']);
    expect(gunzipSync(await readFile(join(dirname(file), '0.log.20260101-000001.gz'))).toString()).toBe('second, long enough');
  });

  it('puts the file back where the runtime cannot go on in a new one', async () => {
    await writeFile(file, 'long enough to rotate');
    await expect(rotateLog(file, limits, clock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await names()).toEqual(['0.log']);
  });
});
