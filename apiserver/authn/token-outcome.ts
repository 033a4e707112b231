import type { Remarks } from '../contract/authenticator.ts';
import type { UserInfo } from '../contract/request.ts';

/** The bearer of a token that counts. */
export interface TokenResult {
  readonly user: UserInfo;
  /** The audiences that the token shares with those that were asked for. */
  readonly audiences: readonly string[];
}

/** The reason why a token of a known issuer does not count, in upstream's words: TokenReview shows it. */
export interface TokenRefusal {
  readonly error: string;
}

/** `undefined`: the token is not of the kind that the authenticator knows. */
export type TokenOutcome = TokenResult | TokenRefusal | undefined;

/** Identifies the bearer of a token that is for one of `audiences`. */
export interface TokenAuthenticator {
  authenticate(token: string, audiences: readonly string[], remarks?: Remarks): TokenOutcome | Promise<TokenOutcome>;
}

/** The answer of all token authenticators together: a result, or every reason why there is none (`invalid bearer token` if nobody knows it). */
export type TokenVerdict = TokenResult | { readonly errors: readonly string[] };

/** Go's `%q` of a list of strings. */
export const quotedList = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;

/** Joins errors as k8s.io/apimachinery/pkg/util/errors, NewAggregate, does: each once. */
export function aggregateText(errors: readonly string[]): string {
  const unique = [...new Set(errors)];
  return unique.length === 1 ? (unique[0] ?? '') : `[${unique.join(', ')}]`;
}

/** Makes an authenticator of tokens that have no audiences of their own: they are for the API server's. */
export function audienceAgnostic(
  apiAudiences: readonly string[],
  userOf: (token: string, remarks: Remarks | undefined) => UserInfo | undefined,
): TokenAuthenticator {
  return {
    authenticate(token, wanted, remarks) {
      const audiences = apiAudiences.filter((audience) => wanted.includes(audience));
      const user = audiences.length > 0 ? userOf(token, remarks) : undefined;
      return user && { user, audiences };
    },
  };
}
