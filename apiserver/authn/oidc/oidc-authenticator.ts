import { createHash } from 'node:crypto';
import type { BoundedMap } from '../../../base/bounded-map.ts';
import { createBoundedMap } from '../../../base/bounded-map.ts';
import type { Clock } from '../../../base/clock.ts';
import { timeText } from '../../../base/clock.ts';
import type { UserInfo } from '../../contract/request.ts';
import { unverifiedToken } from '../service-account-token.ts';
import type { TokenAuthenticator, TokenOutcome } from '../token-outcome.ts';
import { quotedList } from '../token-outcome.ts';
import { userOfIdToken } from './claims.ts';
import type { OidcIssuer } from './issuer.ts';
import { ClaimError } from './issuer.ts';
import type { FetchJson, IssuerKeys } from './issuer-keys.ts';
import { issuerKeys } from './issuer-keys.ts';

/** A token that has been found good is not checked again for so long, as upstream's cache has it. */
const CACHE_MS = 10_000;
const CACHE_MAX = 1024;
/** A token may be ahead of its time by the clocks' difference (go-oidc). */
const NOT_BEFORE_LEEWAY_MS = 5 * 60_000;

export interface OidcAuthenticator extends TokenAuthenticator {
  readonly issuer: OidcIssuer;
  readonly keys: IssuerKeys;
}

interface Known {
  readonly user: UserInfo;
  readonly until: number;
}

type Payload = Readonly<Record<string, unknown>>;

const audiencesOf = ({ aud }: Payload): readonly string[] =>
  typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud.filter((each) => typeof each === 'string') : [];

/** Returns the reason why a token does not count at this time, or for these audiences. */
function unfit(payload: Payload, { audiences }: OidcIssuer, now: number): string | undefined {
  const own = audiencesOf(payload);
  if (!own.some((audience) => audiences.includes(audience))) {
    const wanted = audiences.length === 1 ? JSON.stringify(audiences[0]) : quotedList(audiences);
    return `oidc: verify token: oidc: expected audience ${wanted} got ${quotedList(own)}`;
  }
  const { exp, nbf } = payload;
  if (typeof exp !== 'number' || exp * 1000 < now) {
    return `oidc: verify token: oidc: token is expired (Token Expiry: ${typeof exp === 'number' ? timeText(exp * 1000) : 'none'})`;
  }
  if (typeof nbf === 'number' && nbf * 1000 > now + NOT_BEFORE_LEEWAY_MS) {
    return `oidc: verify token: oidc: current time ${timeText(now)} before the nbf (not before) time: ${timeText(nbf * 1000)}`;
  }
  return undefined;
}

/** Checks a token's signature with the issuer's keys, fetching them anew for a key that is not known. @throws Error saying why it is bad. */
async function checkSignature(token: string, { keys, issuer }: Pick<OidcAuthenticator, 'keys' | 'issuer'>): Promise<void> {
  const { compactVerify, createLocalJWKSet, errors } = await import('jose');
  const check = async () => {
    const known = keys.current();
    if (!known) throw new errors.JWKSNoMatchingKey();
    const keyOf = createLocalJWKSet(known);
    try {
      await compactVerify(token, keyOf, { algorithms: [...issuer.signingAlgorithms] });
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      for await (const key of error) {
        try {
          await compactVerify(token, key, { algorithms: [...issuer.signingAlgorithms] });
          return;
        } catch {
          // Another key of the set may be the right one.
        }
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  };
  try {
    await check();
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey) || !(await keys.refetch())) throw error;
    await check();
  }
}

/**
 * Authenticates ID tokens of one OpenID Connect issuer. Tokens of other issuers are not looked at. Keys are fetched beforehand (`keys.fetch`);
 * until then its tokens are refused, and no other authenticator waits.
 */
export function oidcAuthenticator(
  issuer: OidcIssuer,
  { clock, apiAudiences, get }: { readonly clock: Clock; readonly apiAudiences: readonly string[]; readonly get?: FetchJson },
): OidcAuthenticator {
  const keys = issuerKeys(issuer, clock, get);
  const good: BoundedMap<Known> = createBoundedMap(CACHE_MAX);

  async function verify(token: string, payload: Payload, hash: string): Promise<UserInfo | { readonly error: string }> {
    if (!keys.current()) return { error: 'oidc: authenticator not initialized' };
    const now = clock.now();
    const error = unfit(payload, issuer, now);
    if (error) return { error };
    try {
      await checkSignature(token, { keys, issuer });
      const user = await userOfIdToken(payload, issuer);
      good.set(hash, { user, until: Math.min(now + CACHE_MS, typeof payload.exp === 'number' ? payload.exp * 1000 : 0) });
      return user;
    } catch (failure) {
      if (failure instanceof ClaimError) return { error: failure.message };
      return { error: `oidc: verify token: failed to verify signature: ${failure instanceof Error ? failure.message : failure}` };
    }
  }

  return {
    issuer,
    keys,
    async authenticate(token, wanted): Promise<TokenOutcome> {
      const unverified = unverifiedToken(token);
      if (unverified?.payload.iss !== issuer.url) return undefined;
      const audiences = apiAudiences.filter((audience) => wanted.includes(audience));
      if (audiences.length === 0) return undefined;
      const hash = createHash('sha256').update(token).digest('base64');
      const known = good.get(hash);
      if (known && clock.now() < known.until) return { user: known.user, audiences };
      const result = await verify(token, unverified.payload, hash);
      return 'error' in result ? result : { user: result, audiences };
    },
  };
}
