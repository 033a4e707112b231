import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ServiceResolver } from '../webhook/service-resolver.ts';
import type { AskBackend } from './backend-request.ts';
import { askBackend } from './backend-request.ts';
import type { Claim, Claims } from './claims.ts';
import { checkDiscovery } from './discovery-check.ts';
import type { RemoteVersions } from './discovery-controller.ts';
import type { DiscoveryFetch } from './discovery-fetch.ts';
import { createDiscoveryFetch } from './discovery-fetch.ts';
import type { Forward } from './forwarding.ts';
import { createForwarding } from './forwarding.ts';
import type { ServeMerged } from './merged-documents.ts';
import { createMergedDocuments } from './merged-documents.ts';
import type { OpenApiFetch } from './openapi-fetch.ts';
import { createOpenApiFetch } from './openapi-fetch.ts';
import type { RemoteOpenApi } from './remote-openapi.ts';
import type { FrontProxyIdentity } from './transports.ts';
import { createTransports } from './transports.ts';

export interface BackendsOptions {
  readonly claims: Claims;
  readonly resolve: ServiceResolver;
  readonly identity: FrontProxyIdentity | undefined;
  readonly rejectRedirects: boolean;
  readonly versions: RemoteVersions;
  readonly openApi: RemoteOpenApi;
  readonly clock: Clock;
  readonly log: Logger;
}

/** All that concerns the servers behind claims. */
export interface Backends {
  readonly forward: Forward;
  readonly merged: ServeMerged;
  /** Resolves to why the server of a claim does not serve its version; to undefined if it does. */
  check(claim: Claim): Promise<string | undefined>;
  readonly discovery: DiscoveryFetch;
  readonly openApi: OpenApiFetch;
}

/** Loaded with the first claim: most servers have none. */
export function createBackends({ claims, resolve, identity, rejectRedirects, versions, openApi, clock, log }: BackendsOptions): Backends {
  const transports = createTransports(identity);
  claims.onChange((name, claim) => {
    if (!claim) transports.forget(name);
  });
  const options = { resolve, transports, clock };
  const ask: AskBackend = async (claim, request) => askBackend(claim, request, options);
  return {
    forward: createForwarding({ ...options, rejectRedirects, log }),
    merged: createMergedDocuments({ versions, openApi }),
    check: (claim) => checkDiscovery(claim, options),
    discovery: createDiscoveryFetch(ask, () => clock.monotonic()),
    openApi: createOpenApiFetch(ask),
  };
}
