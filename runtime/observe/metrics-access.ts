import type { TokenReview, UserInfo } from '../../api/kinds/authentication/token-review.ts';
import { tokenReviews } from '../../api/kinds/authentication/token-review.ts';
import type { SubjectAccessReview } from '../../api/kinds/authorization/subject-access-review.ts';
import { subjectAccessReviews } from '../../api/kinds/authorization/subject-access-review.ts';
import { createBoundedMap } from '../../base/bounded-map.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../client/client.ts';

/** A refusal of a request: its code and its text. */
export interface Refusal {
  readonly code: 401 | 403 | 500;
  readonly message: string;
}

/**
 * Decides about a request with this bearer token ('' for none) for a path. Returns undefined if it is allowed.
 */
export type PathAccess = (token: string, verb: string, path: string) => Promise<Refusal | undefined>;

/** The times for which answers hold, in milliseconds: those of controller-runtime's filters for metrics. */
const TOKEN_MS = 60_000;
const ALLOWED_MS = 300_000;
const DENIED_MS = 30_000;
const CACHE_SIZE = 1000;

interface Kept<T> {
  readonly value: T;
  readonly until: number;
}

/** Asks the cluster who a token belongs to (TokenReview) and whether that user may request the path (SubjectAccessReview). Errors are logged, and refuse. */
export function createPathAccess({ client, clock, log }: { readonly client: Client; readonly clock: Clock; readonly log: Logger }): PathAccess {
  const users = createBoundedMap<Kept<UserInfo | undefined>>(CACHE_SIZE);
  const decisions = createBoundedMap<Kept<boolean>>(CACHE_SIZE);

  const userOf = async (token: string): Promise<UserInfo | undefined> => {
    const known = users.get(token);
    if (known && clock.now() < known.until) return known.value;
    const review: TokenReview = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    const { status } = await client.create(tokenReviews, review);
    const value = status?.authenticated ? (status.user ?? {}) : undefined;
    users.set(token, { value, until: clock.now() + TOKEN_MS });
    return value;
  };

  const mayRequest = async (user: UserInfo, verb: string, path: string): Promise<boolean> => {
    const question = { nonResourceAttributes: { verb, path }, user: user.username ?? '', groups: user.groups, uid: user.uid, extra: user.extra };
    const id = JSON.stringify(question);
    const known = decisions.get(id);
    if (known && clock.now() < known.until) return known.value;
    const review: SubjectAccessReview = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: question };
    const value = (await client.create(subjectAccessReviews, review)).status?.allowed === true;
    decisions.set(id, { value, until: clock.now() + (value ? ALLOWED_MS : DENIED_MS) });
    return value;
  };

  return async (token, verb, path) => {
    let user: UserInfo | undefined;
    try {
      user = token === '' ? undefined : await userOf(token);
    } catch (error) {
      log.error({ err: error }, 'the token of a metrics client could not be checked');
      return { code: 500, message: 'Authentication failed' };
    }
    if (!user) return { code: 401, message: 'Unauthorized' };
    try {
      if (await mayRequest(user, verb, path)) return undefined;
    } catch (error) {
      log.error({ err: error, user: user.username }, 'the rights of a metrics client could not be checked');
      return { code: 500, message: `Authorization for user ${user.username ?? ''} failed` };
    }
    return { code: 403, message: `Authorization denied for user ${user.username ?? ''}` };
  };
}
