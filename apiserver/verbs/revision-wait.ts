import { StatusError } from '../../api/meta/status-error.ts';
import type { WatchCache } from '../contract/cache.ts';

/** The time that a revision which is not here yet is waited for. */
export const TOO_LARGE_WAIT_MS = 3000;

/**
 * Waits a little for a revision that is not here yet, as upstream does.
 * @throws StatusError 504 with the cause ResourceVersionTooLarge where it does not come.
 */
export async function reachRevision(cache: WatchCache, revision: number): Promise<void> {
  if (revision <= cache.revision || (await cache.reachedWithin(revision, TOO_LARGE_WAIT_MS))) return;
  throw tooLarge(cache, revision);
}

/** Makes the error for a revision that has not come. */
export const tooLarge = (cache: WatchCache, revision: number): StatusError =>
  new StatusError('Timeout', `Timeout: Too large resource version: ${revision}, current: ${cache.revision}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
