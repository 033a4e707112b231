import { aborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import type { Store } from '../../store/store.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { AuthenticationTrust } from './authentication-trust.ts';
import { ensureAuthenticationTrust, ensureTokenTracking } from './authentication-trust.ts';
import { ensurePriorityClasses, ensureSystemNamespaces } from './cluster-objects.ts';
import { ensureKubernetesService } from './kubernetes-service.ts';
import { ensureClusterPolicy, ensureNamespacePolicy } from './rbac/default-policy.ts';
import { serverLeases } from './server-leases.ts';

export interface BootstrapOptions {
  readonly objects: StorageAccess;
  readonly store: Store;
  readonly log: Logger;
  /** The address of the service `kubernetes`. */
  readonly serviceIp: string;
  /** The address at which pods reach this server; without it the service points nowhere. */
  readonly advertise?: { readonly address: string; readonly port: number } | undefined;
  /** Other servers share the store: the service points to all that are alive. */
  readonly shared: boolean;
  readonly clock: Clock;
  /** Published for API servers that extend this one; nothing is, if it is left out. */
  readonly trust?: AuthenticationTrust | undefined;
}

const PERIOD_MS = 10_000;

/**
 * The part of the server that keeps the objects of every cluster: namespaces, system priority classes, the service `kubernetes` with its
 * endpoints, and, looked at once per start, the default roles and bindings. Its controllers look again every ten seconds; if nothing is amiss that reads the cache only (and renews the lease of a shared
 * store).
 */
export function bootstrap({ objects, store, log, serviceIp, advertise: given, shared, clock, trust }: BootstrapOptions) {
  // Endpoints may not be loopback addresses: a server that only this machine reaches is not pointed to.
  const isReachable = given !== undefined && !given.address.startsWith('127.') && given.address !== '::1';
  const advertise = isReachable ? given : undefined;
  const leases = advertise && shared ? serverLeases(store, advertise.address) : undefined;

  async function ensureService(client: Client): Promise<void> {
    await leases?.renew();
    const addresses = leases ? await leases.alive() : advertise ? [advertise.address] : [];
    await ensureKubernetesService(client, objects, serviceIp, { addresses, port: given?.port ?? 443 });
  }
  const ensureNamespaces = (client: Client) => ensureSystemNamespaces(client, objects);
  const ensureTrust = async (client: Client) => {
    if (!trust) return;
    await ensureAuthenticationTrust(client, objects, trust, clock.now());
    await ensureTokenTracking(client, objects, clock.now());
  };
  const ensureClasses = (client: Client) => ensurePriorityClasses(client, objects);

  return {
    name: 'bootstrap',
    hooks: [
      'start-system-namespaces-controller',
      ...(trust ? ['start-cluster-authentication-info-controller', 'start-legacy-token-tracking-controller'] : []),
      'rbac/bootstrap-roles',
      'scheduling/bootstrap-system-priority-classes',
      'bootstrap-controller',
    ],
    controllers: [
      periodicController('system-namespaces-controller', ensureNamespaces),
      periodicController('system-priority-classes-controller', ensureClasses),
      ...(trust ? [periodicController('cluster-authentication-trust-controller', ensureTrust)] : []),
      periodicController('kubernetes-service-controller', ensureService, () => leases?.end()),
    ],
    /** Resolves once all of them are there; `client` is the server itself, which may do everything. */
    async start(client: Client): Promise<void> {
      await Promise.all([ensureNamespaces(client), ensureClasses(client), ensureClusterPolicy({ client, objects, log })]);
      await Promise.all([ensureService(client), ensureTrust(client), ensureNamespacePolicy({ client, objects, log })]);
    },
  };
}

/** Runs `ensure` every ten seconds, and `end` when the server stops. */
const periodicController = (
  name: string,
  ensure: (client: Client) => Promise<void>,
  end?: () => Promise<void> | undefined,
): ControllerDefinition => ({
  name,
  concurrency: 1,
  component: name,
  setup({ client, enqueue }) {
    enqueue({ namespace: '', name: 'all' }, { afterMs: PERIOD_MS });
    return {
      async reconcile() {
        await ensure(client);
        return { requeueAfterMs: PERIOD_MS };
      },
      async run(signal) {
        await aborted(signal);
        await end?.();
      },
    };
  },
});
