import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { Mount } from './mount-table.ts';
import { parseMountTable, pointsWithin, readMountTable } from './mount-table.ts';

const run = promisify(execFile);

describe('a line of the table of mounts', () => {
  it('tells of a mount', () => {
    expect(parseMountTable('36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n')).toEqual([
      {
        device: '98:0',
        root: '/mnt1',
        point: '/mnt2',
        options: ['rw', 'noatime'],
        propagation: ['master:1'],
        type: 'ext3',
        source: '/dev/root',
        superOptions: ['rw', 'errors=continue'],
      },
    ]);
  });

  const plain = '1 0 8:1 / /x rw - ext4 /dev/sda1 rw';
  it.each<[which: string, line: string, expected: Partial<Mount>]>([
    ['a private mount', plain, { propagation: [], type: 'ext4', source: '/dev/sda1' }],
    [
      'a mount with several optional fields',
      '1 0 8:1 / /x rw shared:9 master:1 - ext4 s rw',
      { propagation: ['shared:9', 'master:1'], type: 'ext4' },
    ],
    ['an unbindable mount', '1 0 8:1 / /x rw unbindable - ext4 s rw', { propagation: ['unbindable'], type: 'ext4' }],
    ['a point with spaces, a hyphen between them', '1 0 8:1 / /far\\040-\\040away rw - nfs4 s rw', { point: '/far - away', type: 'nfs4' }],
    ['a point with every character that is escaped', '1 0 8:1 / /a\\040b\\011c\\012d\\134e rw - ext4 s rw', { point: '/a b\tc\nd\\e' }],
    ['a point with digits after a backslash', '1 0 8:1 / /a\\134040 rw - ext4 s rw', { point: '/a\\040' }],
    ['a point beyond ASCII', '1 0 8:1 / /größe rw - ext4 s rw', { point: '/größe' }],
    ['a root with a space', '1 0 8:1 /a\\040b /x rw - ext4 s rw', { root: '/a b' }],
    ['a namespace', '1 0 0:4 net:[4026532221] /run/netns/a rw - nsfs nsfs rw', { root: 'net:[4026532221]', type: 'nsfs' }],
    ['no source', '1 0 0:9 / /x rw - tmpfs  rw,size=64k', { type: 'tmpfs', source: '', superOptions: ['rw', 'size=64k'] }],
    ['a hyphen as the source', '1 0 0:9 / /x rw - tmpfs - rw', { type: 'tmpfs', source: '-', superOptions: ['rw'] }],
    ['a source with a space and a number sign', '1 0 0:9 / /x rw - cifs //h/a\\040b\\043c rw', { source: '//h/a b#c' }],
    ['a type with a subtype', '1 0 0:9 / /x rw - fuse.sshfs host: rw', { type: 'fuse.sshfs' }],
    [
      'options with quotes',
      '1 0 0:9 / /x rw - tmpfs t rw,context="u:r:t:s0:c1,c2",size=1k',
      { superOptions: ['rw', 'context="u:r:t:s0:c1,c2"', 'size=1k'] },
    ],
    ['options with an escaped comma', '1 0 0:9 / /x rw - overlay o rw,lowerdir=/a\\054b', { superOptions: ['rw', 'lowerdir=/a,b'] }],
    [
      'options with a space, as WSL writes them',
      '1 0 0:9 / /x rw - 9p d rw,path=C:\\Program Files',
      { superOptions: ['rw', 'path=C:\\Program Files'] },
    ],
  ])('may tell of %s', (_which, line, expected) => expect(parseMountTable(line)).toEqual([expect.objectContaining(expected)]));
});

describe('the table of mounts', () => {
  it('keeps the order of its lines, with mounts on top of each other', () => {
    const points = parseMountTable('1 0 8:1 / / rw - ext4 s rw\n2 1 0:9 / /x rw - tmpfs a rw\n3 2 0:8 / /x rw - tmpfs b rw\n');
    expect(points.map(({ point, source }) => [point, source])).toEqual([
      ['/', 's'],
      ['/x', 'a'],
      ['/x', 'b'],
    ]);
  });

  it('is empty without lines', () => expect(parseMountTable('\n')).toEqual([]));

  it('cannot be read if there is none', () => expect(readMountTable('/nowhere/mountinfo')).rejects.toThrow(/ENOENT/));

  it('lists the mounts at and below directories, none beside them', () => {
    const points = ['/', '/data', '/data/a', '/data/a', '/data-2', '/run/skiff/b', '/run'];
    const mounts = parseMountTable(points.map((point) => `1 0 8:1 / ${point} rw - ext4 s rw`).join('\n'));
    expect(pointsWithin(mounts, ['/data', '/run/skiff'])).toEqual(['/data', '/data/a', '/data/a', '/run/skiff/b']);
    expect(pointsWithin(mounts, [])).toEqual([]);
  });

  (process.getuid?.() === 0 ? it : it.skip)('is the kernel’s', async () => {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'mount-table-')));
    const point = join(root, 'a b\tc\nd\\e');
    await mkdir(point);
    await run('mount', ['-t', 'tmpfs', '-o', 'noexec,size=64k', 'a source', point]);
    try {
      const found = (await readMountTable()).filter((mount) => mount.point === point);
      expect(found).toEqual([expect.objectContaining({ root: '/', type: 'tmpfs', source: 'a source' })]);
      expect(found[0]?.options).toContain('noexec');
      expect(found[0]?.superOptions).toContain('size=64k');
    } finally {
      await run('umount', [point]);
      await removeDirectory(root);
    }
  });
});
