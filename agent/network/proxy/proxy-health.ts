import type { Clock } from '../../../base/clock.ts';

/** Knows whether the rules of the proxy follow what they are made of. */
export interface ProxyHealth {
  /** A change waits to be put into the rules. */
  queued(): void;
  /** The rules follow all changes. */
  synced(): void;
  isHealthy(): boolean;
  /** The time at which the rules last followed all changes, in milliseconds since the epoch: now, as long as the proxy is healthy. */
  lastUpdated(): number;
}

/** kube-proxy's healthTimeout, twice its syncPeriod (pkg/proxy/healthcheck). */
const MAX_WAIT_MS = 60_000;

/** A proxy is unhealthy once a change has waited for a minute. */
export function createProxyHealth(clock: Clock): ProxyHealth {
  let waitingSince: number | undefined;
  let updated = clock.now();
  const isHealthy = () => waitingSince === undefined || clock.now() - waitingSince < MAX_WAIT_MS;
  return {
    queued() {
      waitingSince ??= clock.now();
    },
    synced() {
      waitingSince = undefined;
      updated = clock.now();
    },
    isHealthy,
    lastUpdated: () => (isHealthy() ? clock.now() : updated),
  };
}
