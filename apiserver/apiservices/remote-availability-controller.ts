import type { Availability } from '../../api/kinds/apiregistration/index.ts';
import { apiServices, isAvailable, withAvailability } from '../../api/kinds/apiregistration/index.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../api/kinds/discovery/endpoint-slice.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import type { Backoff } from '../../base/backoff.ts';
import { createBackoff } from '../../base/backoff.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import { DONE } from '../../runtime/queue/result.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { failedDiscovery, PASSED, serviceFault } from './availability-plan.ts';
import type { Claim, Claims } from './claims.ts';

const NAME = 'RemoteAvailabilityController';
const SERVICE_LABEL = 'kubernetes.io/service-name';
/** Servers are asked anew after this time: networks fail without an event. */
const RESYNC_MS = 30_000;
const FIRST_RETRY_MS = 5;

export interface RemoteAvailabilityOptions {
  readonly objects: StorageAccess;
  readonly claims: Claims;
  /** Asks the server; resolves to why it does not answer well, to undefined if it does. */
  readonly check: (claim: Claim) => Promise<string | undefined>;
  /** Called when a server ceases to be available. */
  readonly lost: (name: string, reason: string) => void;
}

const keyFor = (name: string) => ({ namespace: '', name });

/**
 * Keeps the condition Available of the versions that other servers serve: it looks at the service and its endpoints, and asks the server for the
 * version's discovery (k8s.io/kube-aggregator/pkg/controllers/status/remote). Without such versions it follows nothing.
 */
export const remoteAvailabilityController = ({ objects, claims, check, lost }: RemoteAvailabilityOptions): ControllerDefinition => ({
  name: NAME,
  component: NAME,
  concurrency: 5,
  setup({ client, clock, enqueue, log }) {
    const retries = new Map<string, Backoff>();
    let unfollow: (() => void) | undefined;

    function wakeFor(namespace: string | undefined, service: string | undefined): void {
      for (const claim of claims.current?.values() ?? [])
        if (claim.service.name === service && claim.service.namespace === namespace) enqueue(keyFor(claim.name));
    }
    const serviceChanged = ({ metadata }: Live<KubeObject>) => wakeFor(metadata.namespace, metadata.name);
    const sliceChanged = ({ metadata }: Live<KubeObject>) => wakeFor(metadata.namespace, metadata.labels?.[SERVICE_LABEL]);

    function follow(): void {
      if (claims.current && !unfollow) {
        const ends = [objects.follow(services, serviceChanged), objects.follow(endpointSlices, sliceChanged)];
        unfollow = () => {
          for (const end of ends) end();
        };
      } else if (!claims.current && unfollow) {
        unfollow();
        unfollow = undefined;
      }
    }
    claims.onChange((name) => {
      follow();
      enqueue(keyFor(name));
    });
    follow();
    for (const name of claims.current?.keys() ?? []) enqueue(keyFor(name));

    async function write(claim: Claim, availability: Availability): Promise<void> {
      const { apiService, name } = claim;
      const conditions = withAvailability(apiService, availability, clock.now());
      if (conditions === apiService.status?.conditions) return;
      await updateStatus(client, { ...apiService, status: { conditions } });
      log.info({ apiService: name, ...availability }, 'the availability of an APIService has changed');
      if (isAvailable(apiService) && availability.status !== 'True') lost(name, availability.reason);
    }

    return {
      async reconcile({ name }) {
        const claim = claims.current?.get(name);
        if (!claim) {
          retries.delete(name);
          return DONE;
        }
        const { namespace, name: service } = claim.service;
        const slices = objects.list(endpointSlices, namespace).filter(({ metadata }) => metadata.labels?.[SERVICE_LABEL] === service);
        const fault = serviceFault(claim, objects.get(services, { namespace, name: service }), slices);
        if (fault) {
          await write(claim, fault);
          return { requeueAfterMs: RESYNC_MS };
        }
        const unanswered = await check(claim);
        // The claim may have changed while its server was asked; its key is waiting then.
        if (claims.current?.get(name)?.apiService.spec !== claim.apiService.spec) return { requeueAfterMs: 0 };
        await write(claim, unanswered === undefined ? PASSED : failedDiscovery(unanswered));
        if (unanswered === undefined) {
          retries.delete(name);
          return { requeueAfterMs: RESYNC_MS };
        }
        const retry = retries.get(name) ?? createBackoff({ initialMs: FIRST_RETRY_MS, maxMs: RESYNC_MS });
        retries.set(name, retry);
        return { requeueAfterMs: retry.next() };
      },
    };
  },
});

async function updateStatus(client: Client, apiService: Claim['apiService']): Promise<void> {
  try {
    await client.update(apiServices, apiService, { subresource: 'status' });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
