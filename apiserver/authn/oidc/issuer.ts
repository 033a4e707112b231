/** A claim of an ID token and the prefix that its values get. */
export interface PrefixedClaim {
  readonly claim: string;
  readonly prefix: string;
}

/** The value of an expression; undefined if it is of another type. */
export type ExpressionValue = string | readonly string[] | boolean | null | undefined;

/** A CEL expression over the claims of a token (`claims`), or over the user that they make (`user`). */
export interface IdentityExpression {
  readonly source: string;
  /** @throws ClaimError if the evaluation fails. */
  evaluate(input: Readonly<Record<string, unknown>>): Promise<ExpressionValue>;
}

/** A condition that must be true for a token to count. */
export interface IdentityRule {
  readonly expression: IdentityExpression;
  readonly message: string;
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
  readonly username: PrefixedClaim | IdentityExpression;
  readonly groups?: PrefixedClaim | IdentityExpression;
  /** The name of a claim, or an expression. */
  readonly uid?: string | IdentityExpression;
  /** Further values of the user, by their keys. */
  readonly extra?: readonly { readonly key: string; readonly expression: IdentityExpression }[];
  /** Claims that a token must have, with these values. */
  readonly requiredClaims: readonly (readonly [claim: string, value: string])[];
  /** Conditions on the claims. */
  readonly claimRules?: readonly IdentityRule[];
  /** Conditions on the user that the claims make. */
  readonly userRules?: readonly IdentityRule[];
}

/** The algorithms that tokens may be signed with. */
export const SIGNING_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'] as const;

/** Thrown for a token whose claims do not make a user; the text is upstream's. */
export class ClaimError extends Error {
  override readonly name = 'ClaimError';
}
