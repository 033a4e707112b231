import { attempt, runCommand } from '../../containerd/command.ts';

/** The label by which our addresses on the loopback device are found again (`ip address show label lo:skiff`). */
const LABEL = 'lo:skiff';

/**
 * Makes a service address one of the node's own, so that pods reach what listens there without a hop through the proxy. It stands on `lo`, which
 * every kernel has (a dummy device is a module that some lack), with scope host, so that it is never chosen as the source of other traffic.
 */
export async function addLocalAddress(address: string): Promise<void> {
  await runCommand('ip', ['address', 'replace', `${address}/32`, 'dev', 'lo', 'label', LABEL, 'scope', 'host']);
}

/** Addresses with prefix lengths. */
export async function listLocalAddresses(): Promise<string[]> {
  const { stdout } = await attempt('ip', ['-o', '-4', 'address', 'show', 'dev', 'lo', 'label', LABEL]);
  return stdout.split('\n').flatMap((line) => / inet (\S+)/.exec(line)?.[1] ?? []);
}

export async function removeLocalAddresses(): Promise<void> {
  await attempt('ip', ['-4', 'address', 'flush', 'dev', 'lo', 'label', LABEL]);
}
