import { chmod, mkdir, mkdtemp, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { giveToGroup } from './ownership.ts';

let root = '';
/** A group that any user may give files to: their own. */
const group = process.getgid?.() ?? 0;
const mode = async (name: string) => ((await stat(join(root, name))).mode & 0o7777).toString(8);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ownership-'));
  await chmod(root, 0o700);
  await mkdir(join(root, 'dir'), { mode: 0o700 });
  await writeFile(join(root, 'dir', 'file'), 'x', { mode: 0o600 });
  await symlink('/no/such/target', join(root, 'link'));
});
afterEach(() => removeDirectory(root));

it('the group of a pod may read and write all of a volume, and what is made in it is the group’s', async () => {
  await giveToGroup(root, group, undefined);
  expect([await mode(''), await mode('dir'), await mode('dir/file')]).toEqual(['2770', '2770', '660']);
  expect((await stat(join(root, 'dir/file'))).gid).toBe(group);
});

it('a volume whose root is right is left as it is, if the pod says so', async () => {
  await chmod(root, 0o2770);
  await giveToGroup(root, group, 'OnRootMismatch');
  expect(await mode('dir/file')).toBe('600');
  await giveToGroup(root, group, 'Always');
  expect(await mode('dir/file')).toBe('660');
});
