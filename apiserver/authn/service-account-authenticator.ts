import { secrets } from '../../api/kinds/core/secret.ts';
import type { BoundedMap } from '../../base/bounded-map.ts';
import { createBoundedMap } from '../../base/bounded-map.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Remarks } from '../contract/authenticator.ts';
import type { UserInfo } from '../contract/request.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { AUTHENTICATED } from './groups.ts';
import type { KubernetesClaims } from './service-account-claims.ts';
import { serviceAccountUser, userOfClaims } from './service-account-claims.ts';
import { invalidity, LEEWAY_MS, legacySecretOf } from './service-account-objects.ts';
import type { ServiceAccountTokens, VerifiedToken } from './service-account-token.ts';
import type { TokenAuthenticator, TokenOutcome } from './token-outcome.ts';
import { quotedList } from './token-outcome.ts';
import { tokenUses } from './token-use.ts';

/** Tokens whose signature has been checked are kept, so that a further request costs none; the least recently used is dropped. */
const VERIFIED_MAX = 4096;

const TOKEN_SECRET = 'kubernetes.io/service-account-token';

interface KnownToken extends VerifiedToken {
  readonly user: UserInfo;
}

export interface ServiceAccountAuthenticatorOptions {
  readonly tokens: ServiceAccountTokens;
  readonly objects: Pick<StorageAccess, 'get' | 'modify'>;
  readonly clock: Clock;
  readonly log: Logger;
}

function userOf({ claims, id }: VerifiedToken): UserInfo {
  const user =
    'kubernetes' in claims
      ? userOfClaims(claims.kubernetes, id)
      : serviceAccountUser(claims.legacy.namespace, claims.legacy.account.name, claims.legacy.account.uid);
  return { ...user, groups: [...user.groups, AUTHENTICATED] };
}

/** @returns the reason why a token does not count at this time. */
function untimely({ notBefore, expires }: VerifiedToken, now: number): string | undefined {
  if (now + LEEWAY_MS < notBefore) return 'service account token is not valid yet';
  return now - LEEWAY_MS > expires ? 'service account token has expired' : undefined;
}

function noteAge({ warnafter }: KubernetesClaims, subject: string, now: number, remarks: Remarks | undefined): void {
  if (!warnafter || now <= warnafter * 1000) return;
  const seconds = Math.floor(now / 1000) - warnafter;
  remarks?.annotate('authentication.k8s.io/stale-token', `subject: ${subject}, seconds after warning threshold: ${seconds}`);
}

/**
 * Authenticates service-account tokens, bound ones and those of token secrets. The objects that a token is bound to are looked at with every
 * request; its signature with the first one only.
 */
export function serviceAccountAuthenticator(options: ServiceAccountAuthenticatorOptions): TokenAuthenticator {
  const { tokens, objects, clock, log } = options;
  const verified: BoundedMap<KnownToken> = createBoundedMap(VERIFIED_MAX);
  const uses = tokenUses(objects, clock, log);

  function judge(token: string, known: KnownToken, wanted: readonly string[], remarks: Remarks | undefined): TokenOutcome {
    const { claims, subject, user } = known;
    if (known.audiences.length === 0) remarks?.annotate('authentication.k8s.io/legacy-token', subject);
    const own = known.audiences.length > 0 ? known.audiences : tokens.apiAudiences;
    const audiences = own.filter((audience) => wanted.includes(audience));
    if (audiences.length === 0) return { error: `token audiences ${quotedList(own)} is invalid for the target audiences ${quotedList(wanted)}` };
    const now = clock.now();
    if ('legacy' in claims) {
      const secret = legacySecretOf(token, claims.legacy, objects, remarks);
      if (typeof secret === 'string') return { error: secret };
      uses.note(secret);
      return { user, audiences };
    }
    const error = untimely(known, now) ?? invalidity(claims.kubernetes, objects, now);
    if (error) return { error };
    noteAge(claims.kubernetes, subject, now, remarks);
    noteUse(claims.kubernetes);
    return { user, audiences };
  }

  /** Token secrets hold tokens that are bound to them. */
  function noteUse({ namespace, secret: reference }: KubernetesClaims): void {
    const secret = reference && objects.get(secrets, { namespace, name: reference.name });
    if (secret?.type === TOKEN_SECRET) uses.note(secret);
  }

  async function verify(token: string, wanted: readonly string[], remarks: Remarks | undefined): Promise<TokenOutcome> {
    const fresh = await tokens.verify(token);
    if (!fresh || 'error' in fresh) return fresh;
    const known = { ...fresh, user: userOf(fresh) };
    verified.set(token, known);
    return judge(token, known, wanted, remarks);
  }

  return {
    authenticate(token, wanted, remarks) {
      const known = verified.get(token);
      return known ? judge(token, known, wanted, remarks) : verify(token, wanted, remarks);
    },
  };
}
