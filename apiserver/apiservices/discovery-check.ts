import type { UserInfo } from '../contract/request.ts';
import type { BackendOptions } from './backend-request.ts';
import { askBackend, BackendError } from './backend-request.ts';
import type { Claim } from './claims.ts';

/** Upstream's identity for questions of its own: its groups may read any server's discovery. */
export const AGGREGATOR: UserInfo = { name: 'system:kube-aggregator', groups: ['system:masters'] };

const ATTEMPTS = 5;
const LIMIT_MS = 5_000;

const pathOf = ({ name, group, version }: Claim): string => (name === 'v1.' ? `/api/${version}` : `/apis/${group}/${version}`);

async function attempt(claim: Claim, options: BackendOptions, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { url, status } = await askBackend(claim, { path: pathOf(claim), user: AGGREGATOR, limitMs: LIMIT_MS, signal }, options);
    if (status >= 200 && status < 300) return undefined;
    return `failing or missing response from ${url}: bad status from ${url}: ${status}`;
  } catch (error) {
    if (error instanceof BackendError) return `failing or missing response from ${error.url}: ${error.message}`;
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Asks a server for the discovery of its version, as often at once as upstream does: a service may have dead endpoints. Returns undefined as
 * soon as one answers well, otherwise why the last one failed.
 */
export function checkDiscovery(claim: Claim, options: BackendOptions): Promise<string | undefined> {
  const others = new AbortController();
  return new Promise((resolve) => {
    let left = ATTEMPTS;
    for (let i = 0; i < ATTEMPTS; i++) {
      void attempt(claim, options, others.signal).then((fault) => {
        left--;
        if (fault === undefined || left === 0) resolve(fault);
        if (fault === undefined) others.abort();
      });
    }
  });
}
