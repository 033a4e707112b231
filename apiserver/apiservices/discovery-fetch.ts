import type { AskBackend } from './backend-request.ts';
import type { Claim } from './claims.ts';
import type { DiscoveredVersions } from './discovery-answer.ts';
import { aggregatedVersions, isAggregated, listedResources } from './discovery-answer.ts';
import { AGGREGATOR } from './discovery-check.ts';
import type { DiscoveredResource } from './remote-version.ts';

const LIMIT_MS = 5_000;
const ACCEPT = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
].join();
/** Upstream reads the discovery of a single version as a user without rights of its own. */
const READER = { name: 'system:kube-aggregator', groups: [] };

/** The last aggregated document of a server. */
interface Kept {
  readonly etag: string;
  readonly versions: DiscoveredVersions;
  /** The time at which it was asked for, on the clock's monotonic scale. */
  readonly at: number;
}

export interface DiscoveryFetch {
  /**
   * Returns the resources of a claimed version, as its server says. A document that was asked for after `changedAt` is not asked for again:
   * several versions may have one server. @throws Error if the server does not answer well.
   */
  resourcesOf(claim: Claim, changedAt: number): Promise<readonly DiscoveredResource[]>;
  /** Drops the documents of services that no claim names. */
  keepOnly(claims: Iterable<Claim>): void;
}

const serviceKey = ({ service: { namespace, name, port } }: Claim): string => `${namespace}/${name}:${port}`;

/** Reads discovery of other servers: the aggregated form, or that of one version where a server has no other. */
export function createDiscoveryFetch(ask: AskBackend, monotonic: () => number): DiscoveryFetch {
  const kept = new Map<string, Kept>();

  async function aggregated(claim: Claim, changedAt: number): Promise<DiscoveredVersions | undefined> {
    const key = serviceKey(claim);
    const known = kept.get(key);
    if (known && known.at > changedAt) return known.versions;
    const at = monotonic();
    const headers = { accept: ACCEPT, ...(known && known.etag !== '' ? { 'if-none-match': known.etag } : {}) };
    const answer = await ask(claim, { path: '/apis', user: AGGREGATOR, headers, limitMs: LIMIT_MS });
    if (answer.status === 304 && known) {
      kept.set(key, { ...known, at });
      return known.versions;
    }
    if (answer.status === 503) throw new Error(`service ${key} returned non-success response code: 503`);
    if (answer.status !== 200 || !isAggregated(answer.headers['content-type'])) return undefined;
    const versions = aggregatedVersions(answer.body.toString());
    kept.set(key, { etag: answer.headers.etag ?? '', versions, at });
    return versions;
  }

  return {
    async resourcesOf(claim, changedAt) {
      const { group, version } = claim;
      const versions = await aggregated(claim, changedAt);
      if (versions) return versions.get(`${group}/${version}`) ?? [];
      const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const answer = await ask(claim, { path, user: READER, headers: { accept: 'application/json' }, limitMs: LIMIT_MS });
      if (answer.status !== 200) throw new Error(`failed to download legacy discovery for ${path}: ${answer.status}`);
      return listedResources(answer.body.toString(), group, version);
    },
    keepOnly(claims) {
      const used = new Set([...claims].map(serviceKey));
      for (const key of kept.keys()) if (!used.has(key)) kept.delete(key);
    },
  };
}
