import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { machineHugePages } from './huge-pages.ts';

const GI = 2 ** 30;
const MI = 2 ** 20;

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hugepages-'));
});
afterEach(() => removeDirectory(root));

describe('the huge pages of a machine', () => {
  const pages = async (name: string, count: string) => {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'nr_hugepages'), count);
  };

  it('are of the sizes that the kernel knows', async () => {
    await pages('hugepages-1048576kB', '3\n');
    await pages('hugepages-2048kB', '0\n');
    await pages('hugepages-64kB', '16\n');
    await mkdir(join(root, 'other'));
    expect(await machineHugePages(root)).toEqual([
      { pageSize: 64 * 1024, total: MI },
      { pageSize: 2 * MI, total: 0 },
      { pageSize: GI, total: 3 * GI },
    ]);
  });

  it('are none where the kernel has none', async () => {
    expect(await machineHugePages(join(root, 'missing'))).toEqual([]);
  });
});
