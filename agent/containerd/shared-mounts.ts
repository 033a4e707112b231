import type { Mount } from '../host/mount-table.ts';
import { readMountTable } from '../host/mount-table.ts';
import { tryCommand } from './command.ts';

/** Whether the root of this mount namespace hands its mounts on to namespaces that are copied from it (https://docs.kernel.org/filesystems/sharedsubtree.html). */
export const isRootShared = (mounts: readonly Pick<Mount, 'point' | 'propagation'>[]): boolean =>
  mounts.findLast(({ point }) => point === '/')?.propagation.some((field) => field.startsWith('shared:')) ?? false;

/**
 * Makes the mounts of this namespace shared, as systemd does at boot: without that no container can be given `mountPropagation` Bidirectional,
 * nor HostToContainer if they are private. Other init systems, and containers, leave them private. Returns the problem if it cannot.
 */
export async function shareMounts(): Promise<string | undefined> {
  if (isRootShared(await readMountTable())) return undefined;
  const { code, stderr } = await tryCommand('mount', ['--make-rshared', '/']);
  return code === 0 ? undefined : stderr.trim();
}
