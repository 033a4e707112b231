import { fieldErrorText } from '../../../api/schema/field-error.ts';
import type { AnonymousAccess } from '../anonymous.ts';
import { configurationErrors } from './configuration-rules.ts';
import type { JwtAuthenticator } from './configuration-schema.ts';
import { AuthenticationConfiguration } from './configuration-schema.ts';
import type { OidcIssuer } from './issuer.ts';
import { SIGNING_ALGORITHMS } from './issuer.ts';

export interface Authentication {
  readonly issuers: readonly OidcIssuer[];
  /** Undefined if the configuration does not say. */
  readonly anonymous: AnonymousAccess | undefined;
}

function issuerOf({ issuer, claimMappings, claimValidationRules }: JwtAuthenticator): OidcIssuer {
  const { username, groups, uid } = claimMappings;
  return {
    url: issuer.url,
    ...(issuer.discoveryURL === '' ? {} : { discoveryUrl: issuer.discoveryURL }),
    audiences: issuer.audiences,
    ...(issuer.certificateAuthority === '' ? {} : { certificateAuthority: issuer.certificateAuthority }),
    signingAlgorithms: SIGNING_ALGORITHMS,
    username: { claim: username.claim, prefix: username.prefix ?? '' },
    ...(groups && groups.claim !== '' ? { groups: { claim: groups.claim, prefix: groups.prefix ?? '' } } : {}),
    ...(uid && uid.claim !== '' ? { uid: uid.claim } : {}),
    requiredClaims: claimValidationRules.map(({ claim, requiredValue }) => [claim, requiredValue] as const),
  };
}

/**
 * Reads an AuthenticationConfiguration (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration).
 * CEL expressions are not supported. @throws Error naming each field that is wrong.
 */
export function parseAuthenticationConfiguration(value: unknown, ownIssuers: readonly string[]): Authentication {
  const parsed = AuthenticationConfiguration.safeParse(value);
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ path, message }) => `${fieldPath(path)}: ${message}`).join('; '));
  const faults = configurationErrors(parsed.data, ownIssuers);
  if (faults.length > 0) throw new Error(faults.map(fieldErrorText).join('; '));
  const { jwt, anonymous } = parsed.data;
  return { issuers: jwt.map(issuerOf), anonymous: anonymous && accessOf(anonymous) };
}

function accessOf({ enabled, conditions }: NonNullable<AuthenticationConfiguration['anonymous']>): AnonymousAccess {
  if (!enabled) return 'none';
  return conditions.length === 0 ? 'all' : new Set(conditions.map(({ path }) => path));
}

const fieldPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`), '') ||
  'the configuration';
