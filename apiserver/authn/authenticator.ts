import type { Clock } from '../../base/clock.ts';
import type { Authenticator } from '../contract/authenticator.ts';
import type { ApiRequest, UserInfo } from '../contract/request.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { userOfBootstrapToken } from './bootstrap-token.ts';
import { clientCertificates } from './client-certificate.ts';
import { AUTHENTICATED, UNAUTHENTICATED } from './groups.ts';
import { PUBLIC_PATHS } from './public-paths.ts';
import type { ServiceAccountTokens, VerifiedToken } from './service-account-token.ts';
import { isTokenGood, userOfToken } from './service-account-token.ts';
import { tokenHash } from './static-tokens.ts';

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: [UNAUTHENTICATED] };

export interface AuthenticationOptions {
  readonly tokens: ServiceAccountTokens;
  readonly objects: Pick<StorageAccess, 'get'>;
  readonly clock: Clock;
  /** From `parseTokenFile`. */
  readonly staticTokens?: ReadonlyMap<string, UserInfo>;
}

export interface TokenResult {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
}

/** Identifies the bearer of a token; the audiences are those it shares with `wanted` (default: the API server's). */
export type TokenAuthenticator = (token: string, wanted?: readonly string[]) => Promise<TokenResult | undefined>;

interface KnownToken extends VerifiedToken {
  readonly user: UserInfo;
}

/** Tokens whose signature has been checked are kept, so that a request costs no signature; beyond this number the oldest is dropped. */
const VERIFIED_MAX = 10_000;

/** The user as a member of the group of all authenticated users. */
const authenticated = (user: UserInfo): UserInfo =>
  user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] };

const bearerToken = (header: string): string | undefined =>
  header.startsWith('Bearer ') ? header.slice(7).trim() || undefined : /^bearer +(\S+)$/i.exec(header.trim())?.[1];

/** Authenticates bearer tokens: static ones, bootstrap tokens, service-account tokens. */
export function tokenAuthenticator(options: AuthenticationOptions): TokenAuthenticator {
  const verified = new Map<string, KnownToken>();

  async function verify(token: string): Promise<KnownToken | undefined> {
    const there = verified.get(token);
    if (there) {
      const now = options.clock.now();
      if (there.expires > now && there.notBefore <= now) return there;
      verified.delete(token);
    }
    const fresh = await options.tokens.verify(token);
    if (!fresh) return undefined;
    const [oldest] = verified.keys();
    if (verified.size >= VERIFIED_MAX && oldest !== undefined) verified.delete(oldest);
    const known = { ...fresh, user: authenticated(userOfToken(fresh)) };
    verified.set(token, known);
    return known;
  }

  return async (token, wanted = options.tokens.apiAudiences) => {
    const shared = (own: readonly string[]) => own.filter((audience) => wanted.includes(audience));
    if (token.split('.').length === 3) {
      const jwt = await verify(token);
      const audiences = shared(jwt?.audiences ?? []);
      if (jwt && audiences.length > 0 && isTokenGood(jwt, options.objects, options.clock.now())) return { user: jwt.user, audiences };
    }
    const audiences = shared(options.tokens.apiAudiences);
    if (audiences.length === 0) return undefined;
    const user = options.staticTokens?.get(tokenHash(token)) ?? userOfBootstrapToken(token, options.objects, options.clock.now());
    return user && { user: authenticated(user), audiences };
  };
}

/** Authenticates requests by client certificate, otherwise by bearer token; without credentials only public paths are answered. */
export function createAuthenticator(options: AuthenticationOptions, ofToken = tokenAuthenticator(options)): Authenticator {
  const ofConnection = clientCertificates();
  const certified = new WeakMap<UserInfo, UserInfo>();

  function ofCertificate(request: ApiRequest): UserInfo | undefined {
    const user = request.connection && ofConnection(request.connection, options.clock.now());
    if (!user) return undefined;
    const known = certified.get(user) ?? authenticated(user);
    certified.set(user, known);
    return known;
  }

  function ofBearer(request: ApiRequest): UserInfo | undefined | Promise<UserInfo | undefined> {
    const header = request.headers.authorization;
    const token = header === undefined ? undefined : bearerToken(header);
    if (token === undefined) return header === undefined && PUBLIC_PATHS.has(request.path) ? ANONYMOUS : undefined;
    return ofToken(token).then((result) => result?.user);
  }

  return { authenticate: (request) => ofCertificate(request) ?? ofBearer(request) };
}
