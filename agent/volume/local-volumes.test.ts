import { mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { createLocalVolumes } from './local-volumes.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'local-volumes-'));
});
afterEach(() => removeDirectory(root));

describe('a local volume', () => {
  it('is a directory that any user may write to, and keeps its content when it is asked for again', async () => {
    const volumes = createLocalVolumes(join(root, 'storage'));
    const path = await volumes.make('pvc-1');
    await writeFile(join(path, 'kept'), 'x');
    expect(await volumes.make('pvc-1')).toBe(path);
    expect((await stat(path)).mode & 0o777).toBe(0o777);
    expect(await readdir(path)).toEqual(['kept']);
  });

  it('is deleted with all it holds, once, however often that is asked', async () => {
    const volumes = createLocalVolumes(join(root, 'storage'));
    const path = await volumes.make('pvc-1');
    await writeFile(join(path, 'lost'), 'x');
    await Promise.all([volumes.delete('pvc-1'), volumes.delete('pvc-1')]);
    await volumes.delete('pvc-1');
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it.each(['..', '../pods', 'a/b', '', '.hidden'])('has the name of a PersistentVolume, not %j', async (name) => {
    const volumes = createLocalVolumes(root);
    expect(() => volumes.delete(name)).toThrow('is not the name of a volume');
    await expect(volumes.make(name)).rejects.toThrow('is not the name of a volume');
  });
});
