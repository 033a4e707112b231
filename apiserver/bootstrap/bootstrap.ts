import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Store } from '../../store/store.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { ensureClusterObjects } from './cluster-objects.ts';
import { ensureKubernetesService } from './kubernetes-service.ts';
import { serverLeases } from './server-leases.ts';

export interface BootstrapOptions {
  /** May do everything: the server itself. */
  readonly client: Client;
  readonly objects: StorageAccess;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** The address of the service `kubernetes`. */
  readonly serviceIp: string;
  /** Where pods reach this server; left out, the service points nowhere. */
  readonly advertise?: { readonly address: string; readonly port: number };
  /** Other servers share the store: the service points to all that are alive. */
  readonly shared: boolean;
}

const PERIOD_MS = 10_000;

/** Keeps what every cluster has: namespaces, system priority classes, and the service `kubernetes` with its endpoints. */
export function bootstrap(options: BootstrapOptions) {
  const { client, objects, clock, log } = options;
  // Endpoints may not be loopback addresses: a server that only this machine reaches is not pointed to.
  const reachable = options.advertise !== undefined && !options.advertise.address.startsWith('127.') && options.advertise.address !== '::1';
  const advertise = reachable ? options.advertise : undefined;
  const leases = advertise && options.shared ? serverLeases(options.store, advertise.address) : undefined;

  async function ensure(): Promise<void> {
    await ensureClusterObjects(client, objects);
    await leases?.renew();
    const addresses = leases ? await leases.alive() : advertise ? [advertise.address] : [];
    await ensureKubernetesService(client, objects, options.serviceIp, { addresses, port: options.advertise?.port ?? 443 });
  }

  return {
    ensure,
    /** Looks again every ten seconds; where nothing is amiss that reads the cache only (and renews the lease of a shared store). */
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await sleep(clock, PERIOD_MS, signal);
        if (!signal.aborted)
          await ensure().catch((error: unknown) => log.warn({ err: error }, 'the cluster’s own objects could not be made; trying again'));
      }
      await leases?.end();
    },
  };
}
