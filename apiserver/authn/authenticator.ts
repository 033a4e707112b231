import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Authenticator, Remarks } from '../contract/authenticator.ts';
import type { ApiRequest, UserInfo } from '../contract/request.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { AnonymousAccess } from './anonymous.ts';
import { ANONYMOUS, ANONYMOUS_DEFAULT, isOpenToAnonymous } from './anonymous.ts';
import { tokenOf } from './bearer-token.ts';
import { userOfBootstrapToken } from './bootstrap-token.ts';
import { clientCertificates } from './client-certificate.ts';
import { AUTHENTICATED, UNAUTHENTICATED } from './groups.ts';
import type { RequestHeaderOptions } from './request-header.ts';
import { requestHeaders } from './request-header.ts';
import { serviceAccountAuthenticator } from './service-account-authenticator.ts';
import type { ServiceAccountTokens } from './service-account-token.ts';
import { tokenHash } from './static-tokens.ts';
import type { TokenAuthenticator, TokenOutcome, TokenVerdict } from './token-outcome.ts';
import { audienceAgnostic } from './token-outcome.ts';

/** The ways to prove an identity. What is left out is not offered. */
export interface AuthenticationMethods {
  readonly requestHeader?: RequestHeaderOptions;
  /** The authorities of client certificates. Default: whatever the listener has verified. */
  readonly clientRoots?: readonly X509Certificate[];
  /** From `parseTokenFile`. */
  readonly staticTokens?: ReadonlyMap<string, UserInfo>;
  /** Of OpenID Connect issuers; asked last. */
  readonly oidc?: readonly TokenAuthenticator[];
  /** Default: health and version. */
  readonly anonymous?: AnonymousAccess;
}

export interface AuthenticationOptions extends AuthenticationMethods {
  readonly tokens: ServiceAccountTokens;
  readonly objects: Pick<StorageAccess, 'get' | 'modify'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Identifies the bearer of a token; the audiences are those it shares with `wanted` (default: the API server's). */
export type TokenUnion = (token: string, wanted?: readonly string[], remarks?: Remarks) => Promise<TokenVerdict>;

/** Upstream's word on a token that nobody knows. */
const UNKNOWN = 'invalid bearer token';

/** The user as a member of the group of all authenticated users; not one who is said to be unauthenticated. */
const authenticated = (user: UserInfo): UserInfo =>
  user.groups.includes(AUTHENTICATED) || user.groups.includes(UNAUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] };

/** Asks the token authenticators in upstream's order: token file, service accounts, bootstrap tokens, OIDC. The first that knows the token wins. */
export function tokenAuthenticator(options: AuthenticationOptions): TokenUnion {
  const { tokens, objects, clock, staticTokens, oidc = [] } = options;
  const { apiAudiences } = tokens;
  const members: readonly TokenAuthenticator[] = [
    ...(staticTokens && staticTokens.size > 0 ? [audienceAgnostic(apiAudiences, (token) => staticTokens.get(tokenHash(token)))] : []),
    serviceAccountAuthenticator(options),
    audienceAgnostic(apiAudiences, (token) => userOfBootstrapToken(token, objects, clock.now())),
    ...oidc,
  ];
  return async (token, wanted = apiAudiences, remarks) => {
    const errors: string[] = [UNKNOWN];
    for (const member of members) {
      const pending = member.authenticate(token, wanted, remarks);
      const outcome: TokenOutcome = pending instanceof Promise ? await pending : pending;
      if (outcome === undefined) continue;
      if ('user' in outcome) return { ...outcome, user: authenticated(outcome.user) };
      errors.push(outcome.error);
    }
    return { errors };
  };
}

/**
 * Authenticates requests in upstream's order: front proxy, client certificate, bearer token. Without credentials only the paths that are open
 * to anonymous requests are answered.
 */
export function createAuthenticator(options: AuthenticationOptions, ofToken = tokenAuthenticator(options)): Authenticator {
  const { clock, anonymous = ANONYMOUS_DEFAULT } = options;
  const ofProxy = options.requestHeader && requestHeaders(options.requestHeader);
  const ofConnection = clientCertificates(options.clientRoots);
  const certified = new WeakMap<UserInfo, UserInfo>();

  function ofCertificate(request: ApiRequest): UserInfo | undefined {
    const user = request.connection && ofConnection(request.connection, clock.now())?.user;
    if (!user) return undefined;
    const known = certified.get(user) ?? authenticated(user);
    certified.set(user, known);
    return known;
  }

  async function ofBearer(found: NonNullable<ReturnType<typeof tokenOf>>, remarks: Remarks | undefined): Promise<UserInfo | undefined> {
    const verdict = await ofToken(found.token, undefined, remarks);
    if (!('user' in verdict)) {
      options.log.debug({ errors: verdict.errors }, 'a bearer token was refused');
      return undefined;
    }
    found.remove();
    return verdict.user;
  }

  return {
    authenticate(request, remarks) {
      const proxied = ofProxy?.(request, clock.now());
      if (proxied) return authenticated(proxied);
      const holder = ofCertificate(request);
      if (holder) return holder;
      const found = tokenOf(request);
      if (found) return ofBearer(found, remarks);
      return isOpenToAnonymous(anonymous, request.path) ? ANONYMOUS : undefined;
    },
  };
}
