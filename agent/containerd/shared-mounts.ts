import { readFile } from 'node:fs/promises';
import { tryCommand } from './command.ts';

/** Whether the root of this mount namespace hands its mounts on to namespaces that are copied from it (https://docs.kernel.org/filesystems/sharedsubtree.html). */
export function isRootShared(mountinfo: string): boolean {
  // Of mounts on top of each other the last one counts. Optional fields stand before the hyphen.
  const root = mountinfo.split('\n').findLast((line) => line.split(' ')[4] === '/');
  const [before = ''] = (root ?? '').split(' - ');
  return before.split(' ').some((field) => field.startsWith('shared:'));
}

/**
 * Makes the mounts of this namespace shared, as systemd does at boot: without that no container can be given `mountPropagation` Bidirectional,
 * nor HostToContainer if they are private. Other init systems, and containers, leave them private. Returns the problem if it cannot.
 */
export async function shareMounts(): Promise<string | undefined> {
  if (isRootShared(await readFile('/proc/self/mountinfo', 'utf8'))) return undefined;
  const { code, stderr } = await tryCommand('mount', ['--make-rshared', '/']);
  return code === 0 ? undefined : stderr.trim();
}
