import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { appArmorEnabled } from './kernel-security.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sys-'));
});
afterEach(() => removeDirectory(root));

it('knows AppArmor by the parameter of its module and its file system', async () => {
  expect(await appArmorEnabled(root)).toBe(false);
  await mkdir(join(root, 'module/apparmor/parameters'), { recursive: true });
  await writeFile(join(root, 'module/apparmor/parameters/enabled'), 'Y\n');
  expect(await appArmorEnabled(root)).toBe(false);
  await mkdir(join(root, 'kernel/security/apparmor'), { recursive: true });
  expect(await appArmorEnabled(root)).toBe(true);
  await writeFile(join(root, 'module/apparmor/parameters/enabled'), 'N\n');
  expect(await appArmorEnabled(root)).toBe(false);
});
