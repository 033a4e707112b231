import { access, readFile } from 'node:fs/promises';

/** Whether the kernel enforces AppArmor profiles, and this process can see them (as runc decides it). */
export async function appArmorEnabled(root = '/sys'): Promise<boolean> {
  const enabled = await readFile(`${root}/module/apparmor/parameters/enabled`, 'utf8').catch(() => '');
  if (!enabled.startsWith('Y')) return false;
  return access(`${root}/kernel/security/apparmor`).then(
    () => true,
    () => false,
  );
}
