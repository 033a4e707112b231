import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { mountDevice } from './device-mount.ts';
import { isMountPoint, unmountUnder } from './mount-command.ts';

const sh = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8' }).trim();
const hasDevices = process.getuid?.() === 0 && existsSync('/dev/loop-control');

let root = '';
let device = '';
const at = (name: string) => join(root, name);
const mount = (target: string, fsType = '', options: readonly string[] = []) => mountDevice({ device, target: at(target), fsType, options });

(hasDevices ? describe : describe.skip)('a block device that is mounted', () => {
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'device-mount-'));
    await writeFile(at('disk'), '');
    await truncate(at('disk'), 16 * 1024 * 1024);
    device = sh('losetup', '--find', '--show', at('disk'));
  });
  afterEach(async () => {
    await unmountUnder(root);
    sh('losetup', '--detach', device);
    await removeDirectory(root);
  });

  it('gets a file system once, whose files stay', async () => {
    await mount('a');
    writeFileSync(at('a/kept'), 'yes');
    await unmountUnder(at('a'));
    await mount('b');
    await mount('b');
    expect(readFileSync(at('b/kept'), 'utf8')).toBe('yes');
    expect(sh('blkid', '-p', '-s', 'TYPE', '-o', 'value', device)).toBe('ext4');
  });

  it('is shared by pods that mount it at the same time', async () => {
    await Promise.all([mount('a'), mount('b', '', ['noatime'])]);
    writeFileSync(at('a/shared'), 'yes');
    expect(readFileSync(at('b/shared'), 'utf8')).toBe('yes');
  });

  it('keeps what is on it, if that is another file system', async () => {
    await mount('a', 'ext3');
    await unmountUnder(at('a'));
    await expect(mount('b', 'xfs')).rejects.toThrow(
      `mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t xfs -o defaults ${device} ${at('b')}\nOutput: `,
    );
    expect(sh('blkid', '-p', '-s', 'TYPE', '-o', 'value', device)).toBe('ext3');
  });

  it('is not formatted for readers', async () => {
    await expect(mount('a', '', ['ro'])).rejects.toThrow(`cannot mount unformatted disk ${device} as we are manipulating it in read-only mode`);
    expect(await isMountPoint(at('a'))).toBe(false);
  });

  it('says which file system the machine cannot make', async () => {
    await expect(mount('a', 'nosuch')).rejects.toThrow(
      `format of disk "${device}" failed: type:("nosuch") errcode:(exec: "mkfs.nosuch": executable file not found in $PATH) output:()`,
    );
  });
});
