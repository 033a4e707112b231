import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { readNodeSignals } from './node-signals.ts';
import { diskUse } from './pod-usage.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'skiff-eviction-'));
});
afterAll(() => removeDirectory(root));

describe('the use of directories', () => {
  it('is that of all files below, in bytes on the disk and in inodes', async () => {
    const [small, large] = [join(root, 'small'), join(root, 'large')];
    await mkdir(join(large, 'below'), { recursive: true });
    await mkdir(small);
    await writeFile(join(large, 'below', 'data'), Buffer.alloc(1_000_000, 1));
    const found = await diskUse([small, large, join(root, 'missing')]);
    expect([...found.keys()]).toEqual([small, large]);
    expect(found.get(large)?.bytes).toBeGreaterThanOrEqual(1_000_000);
    expect(found.get(small)?.bytes).toBeLessThan(100_000);
    expect([found.get(small)?.inodes, found.get(large)?.inodes]).toEqual([1, 3]);
  });
});

describe('the signals of a node', () => {
  it('are read from the kernel', async () => {
    const proc = join(root, 'proc');
    await mkdir(join(proc, 'sys', 'kernel'), { recursive: true });
    await writeFile(join(proc, 'meminfo'), 'MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\n');
    await writeFile(join(proc, 'loadavg'), '0.1 0.2 0.3 1/250 4242\n');
    await writeFile(join(proc, 'sys', 'kernel', 'threads-max'), '5000\n');
    await writeFile(join(proc, 'sys', 'kernel', 'pid_max'), '4000\n');
    const { observations, dedicatedImages } = await readNodeSignals(
      { imageFilesystem: async () => ({ mountpoint: root, usedBytes: 0 }) },
      root,
      proc,
    );
    expect(observations.get('memory.available')).toEqual({ available: 400 * 1024, capacity: 1000 * 1024 });
    expect(observations.get('pid.available')).toEqual({ available: 3750, capacity: 4000 });
    expect(observations.get('nodefs.available')?.capacity).toBeGreaterThan(0);
    expect(dedicatedImages).toBe(false);
  });

  it('are left out where they cannot be read', async () => {
    const gone = join(root, 'gone');
    const { observations } = await readNodeSignals({ imageFilesystem: () => Promise.reject(new Error('down')) }, gone, gone);
    expect([...observations.keys()]).toEqual([]);
  });
});
