/** A claim of an ID token and the prefix that its values get. */
export interface PrefixedClaim {
  readonly claim: string;
  readonly prefix: string;
}

/** An OpenID Connect issuer whose ID tokens count, and what they say of a user. */
export interface OidcIssuer {
  /** The `iss` of its tokens. */
  readonly url: string;
  /** The document that tells where the keys are. Default: `.well-known/openid-configuration` below the issuer's URL. */
  readonly discoveryUrl?: string;
  /** A token must be for one of them. */
  readonly audiences: readonly string[];
  /** PEM of the authorities that the issuer's certificate may have. Default: the system's. */
  readonly certificateAuthority?: string;
  readonly signingAlgorithms: readonly string[];
  readonly username: PrefixedClaim;
  readonly groups?: PrefixedClaim;
  readonly uid?: string;
  /** Claims that a token must have, with these values. */
  readonly requiredClaims: readonly (readonly [claim: string, value: string])[];
}

/** The algorithms that tokens may be signed with. */
export const SIGNING_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'] as const;
