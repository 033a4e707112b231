import type { Backoff } from '../../base/backoff.ts';
import { createBackoff } from '../../base/backoff.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import { DONE } from '../../runtime/queue/result.ts';
import type { Claim, Claims } from './claims.ts';
import type { DiscoveryFetch } from './discovery-fetch.ts';
import type { DiscoveredResource, RemoteVersion } from './remote-version.ts';

const NAME = 'discovery-manager';
/** Upstream's period at which servers are asked what they serve, and limit of the delay after a failure (handler_discovery.go). */
const REFRESH_MS = 60_000;
const FIRST_RETRY_MS = 500;

/** The versions of other servers in discovery. */
export interface RemoteVersions {
  /** The same array until something changes. */
  readonly current: readonly RemoteVersion[];
}

/** The last findings about one version. */
interface Known {
  readonly resources: readonly DiscoveredResource[];
  readonly freshness: RemoteVersion['freshness'];
}

export interface RemoteDiscovery {
  readonly versions: RemoteVersions;
  readonly controller: ControllerDefinition;
}

const UNKNOWN: Known = { resources: [], freshness: 'Stale' };

const versionOf = ({ group, version, apiService: { spec } }: Claim, known: Known): RemoteVersion => ({
  group,
  version,
  groupPriority: spec?.groupPriorityMinimum ?? 0,
  versionPriority: spec?.versionPriority ?? 0,
  ...known,
});

/** Keeps what other servers say of their versions. A version stands in discovery at once, Stale and without resources until its server has answered. */
export function remoteDiscovery(claims: Claims, fetch: () => Promise<DiscoveryFetch>): RemoteDiscovery {
  const known = new Map<string, Known>();
  let current: readonly RemoteVersion[] | undefined;
  const learn = (name: string, now: Known) => {
    const before = known.get(name);
    if (before && before.freshness === now.freshness && before.resources === now.resources) return;
    known.set(name, now);
    current = undefined;
  };
  claims.onChange((name, claim) => {
    if (!claim) known.delete(name);
    current = undefined;
  });

  return {
    versions: {
      get current() {
        current ??= [...(claims.current?.values() ?? [])].map((claim) => versionOf(claim, known.get(claim.name) ?? UNKNOWN));
        return current;
      },
    },
    controller: {
      name: NAME,
      component: NAME,
      concurrency: 2,
      setup({ clock, enqueue, log }) {
        const changedAt = new Map<string, number>();
        const retries = new Map<string, Backoff>();
        const change = (name: string, afterMs = 0) => {
          changedAt.set(name, clock.monotonic());
          enqueue({ namespace: '', name }, { afterMs });
        };
        claims.onChange((name) => change(name));
        for (const name of claims.current?.keys() ?? []) change(name);
        return {
          async reconcile({ name }) {
            const claim = claims.current?.get(name);
            const fetched = claim || known.has(name) ? await fetch() : undefined;
            if (!claim) {
              fetched?.keepOnly(claims.current?.values() ?? []);
              changedAt.delete(name);
              retries.delete(name);
              return DONE;
            }
            try {
              const resources = (await fetched?.resourcesOf(claim, changedAt.get(name) ?? 0)) ?? [];
              if (claims.current?.has(name)) learn(name, { resources, freshness: 'Current' });
              retries.delete(name);
              changedAt.set(name, clock.monotonic());
              return { requeueAfterMs: REFRESH_MS };
            } catch (error) {
              if (claims.current?.has(name)) learn(name, UNKNOWN);
              const retry = retries.get(name) ?? createBackoff({ initialMs: FIRST_RETRY_MS, maxMs: REFRESH_MS });
              retries.set(name, retry);
              const requeueAfterMs = retry.next();
              log.info({ err: error, apiService: name, retryInMs: requeueAfterMs }, 'the discovery of an APIService cannot be read');
              return { requeueAfterMs };
            }
          },
        };
      },
    },
  };
}
