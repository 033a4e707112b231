import { networkInterfaces } from 'node:os';
import type { Clock } from '../../../base/clock.ts';
import { sleep, systemClock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
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

/** The addresses of this network namespace. */
export interface AddressTable {
  has(address: string): boolean;
  add(address: string): Promise<void>;
}

const kernelAddresses: AddressTable = {
  has: (address) => Object.values(networkInterfaces()).some((of) => of?.some((one) => one.address === address)),
  add: addLocalAddress,
};

export interface AddressKeeperOptions {
  readonly address: string;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Default: the kernel's, of the network namespace of this process. */
  readonly table?: AddressTable;
}

const CHECK_MS = 30_000;

/**
 * Looks every 30 s whether the address is still there, and puts it back, until the signal aborts: a restart of the machine's network takes it
 * along. Sockets that are bound to it serve again as soon as it is back.
 */
export async function keepLocalAddress(options: AddressKeeperOptions, signal: AbortSignal): Promise<void> {
  const { address, log, clock = systemClock, table = kernelAddresses } = options;
  while (!signal.aborted) {
    await sleep(clock, CHECK_MS, signal);
    if (signal.aborted || table.has(address)) continue;
    try {
      await table.add(address);
      log.warn({ address }, 'the address of DNS was gone: it is put back');
    } catch (error) {
      log.error({ err: error, address }, 'the address of DNS is gone and cannot be put back: tried again');
    }
  }
}

/** Addresses with prefix lengths. */
export async function listLocalAddresses(): Promise<string[]> {
  const { stdout } = await attempt('ip', ['-o', '-4', 'address', 'show', 'dev', 'lo', 'label', LABEL]);
  return stdout.split('\n').flatMap((line) => / inet (\S+)/.exec(line)?.[1] ?? []);
}

export async function removeLocalAddresses(): Promise<void> {
  await attempt('ip', ['-4', 'address', 'flush', 'dev', 'lo', 'label', LABEL]);
}
