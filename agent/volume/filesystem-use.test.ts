import { mkdir, mkdtemp, readFile, rm, statfs, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sleep, systemClock } from '../../base/clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { createFilesystemReader, deviceBytes } from './filesystem-use.ts';

const text = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** Waits until a file has a text, a minute at most. */
async function written(path: string): Promise<void> {
  const deadline = systemClock.now() + 60_000;
  while ((await text(path)) === '') {
    if (systemClock.now() > deadline) throw new Error(`${path} was not written`);
    await sleep(systemClock, 10);
  }
}

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'filesystem-use-'));
});
afterEach(async () => {
  const sleeper = await text(join(root, 'sleeper'));
  if (sleeper !== '') process.kill(Number(sleeper));
  await removeDirectory(root);
});

describe('the use of file systems', () => {
  it('is what the kernel says of them; a path that does not exist is left out', async () => {
    const found = new Map<string, unknown>();
    const { blocks, bsize, files } = await statfs(root);
    await createFilesystemReader({ clock: systemClock }).read([root, join(root, 'gone')], (path, use) => found.set(path, use));
    expect([...found.keys()]).toEqual([root]);
    expect(found.get(root)).toMatchObject({ bytes: { total: blocks * bsize }, inodes: { total: files } });
  });

  it('does not wait for a server that is gone, nor ask it again while the kernel still waits', async () => {
    const clock = createFakeClock();
    const mounts = join(root, 'mountinfo');
    await writeFile(mounts, '1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:9 / /far\\040away rw - nfs4 server:/x rw\n');
    const program = join(root, 'stat');
    const asked = join(root, 'asked');
    // The shell of the distant path reads a pipe that nobody writes to. Killing it does not end what it has started, which holds its output.
    const script = `#!/bin/sh
for path; do :; done
echo "$path" >> ${asked}
case "$path" in
  /far*) sleep 1000 & echo $! > ${join(root, 'sleeper')}; wait ;;
  *) echo "10 4 3 512 100 60 $path" ;;
esac
`;
    await writeFile(program, script, { mode: 0o755 });
    const reader = createFilesystemReader({ clock, program, mounts });
    const read = async (paths: readonly string[], onFound: (path: string) => void = () => {}) => {
      const found: unknown[] = [];
      await reader.read(paths, (path, use) => {
        found.push([path, use]);
        onFound(path);
      });
      return found;
    };
    const near = Promise.withResolvers<string>();
    const first = read(['/near', '/far away/data'], near.resolve);
    expect(await near.promise).toBe('/near');
    await written(join(root, 'sleeper'));
    await clock.advance(10_000);
    expect(await first).toEqual([
      ['/near', { bytes: { total: 5120, used: 3072, available: 1536 }, inodes: { total: 100, used: 40, available: 60 } }],
    ]);
    await rm(asked);
    expect(await read(['/near', '/far away/data'])).toHaveLength(1);
    expect(await text(asked)).toBe('/near\n');
  });
});

it('the size of a block device is that of its sectors, also by a link', async () => {
  await mkdir(join(root, 'class', 'block', 'sdb'), { recursive: true });
  await writeFile(join(root, 'class', 'block', 'sdb', 'size'), '2048\n');
  await writeFile(join(root, 'sdb'), '');
  await symlink(join(root, 'sdb'), join(root, 'by-name'));
  expect(await deviceBytes(join(root, 'by-name'), root)).toBe(1024 * 1024);
  expect(await deviceBytes(join(root, 'sdc'), root)).toBeUndefined();
});
