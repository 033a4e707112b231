import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ServiceResolver } from '../proxy/service-endpoint.ts';
import type { BackendAnswer, BackendRequest } from './backend-request.ts';
import { askBackend } from './backend-request.ts';
import type { Claim, Claims } from './claims.ts';
import { checkDiscovery } from './discovery-check.ts';
import type { Forward } from './forwarding.ts';
import { createForwarding } from './forwarding.ts';
import type { FrontProxyIdentity } from './transports.ts';
import { createTransports } from './transports.ts';

export interface BackendsOptions {
  readonly claims: Claims;
  readonly resolve: ServiceResolver;
  readonly identity: FrontProxyIdentity | undefined;
  readonly rejectRedirects: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The servers behind claims. */
export interface Backends {
  readonly forward: Forward;
  /** Resolves to why the server of a claim does not serve its version; to undefined if it does. */
  check(claim: Claim): Promise<string | undefined>;
  /** Asks the server of a claim. @throws BackendError */
  ask(claim: Claim, request: BackendRequest): Promise<BackendAnswer>;
}

/** Loaded with the first claim: most servers have none. */
export function createBackends({ claims, resolve, identity, rejectRedirects, clock, log }: BackendsOptions): Backends {
  const transports = createTransports(identity);
  claims.onChange((name, claim) => {
    if (!claim) transports.forget(name);
  });
  const options = { resolve, transports, clock };
  return {
    forward: createForwarding({ ...options, rejectRedirects, log }),
    check: (claim) => checkDiscovery(claim, options),
    ask: async (claim, request) => askBackend(claim, request, options),
  };
}
