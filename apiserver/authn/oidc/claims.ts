import type { UserInfo } from '../../contract/request.ts';
import type { OidcIssuer } from './issuer.ts';

type Payload = Readonly<Record<string, unknown>>;

/** Thrown for a token whose claims do not make a user; the text is upstream's. */
export class ClaimError extends Error {
  override readonly name = 'ClaimError';
}

/** A claim of the token itself: `constructor` is none of an object's own. */
const claimOf = (payload: Payload, name: string): unknown => (Object.hasOwn(payload, name) ? payload[name] : undefined);

const goType = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

function textClaim(payload: Payload, name: string, what: string): string {
  const value = claimOf(payload, name);
  if (value === undefined) throw new ClaimError(`oidc: ${what}: claim not present`);
  if (typeof value !== 'string') throw new ClaimError(`oidc: ${what}: json: cannot unmarshal ${goType(value)} into Go value of type string`);
  return value;
}

function checkEmail(payload: Payload): void {
  const verified = claimOf(payload, 'email_verified');
  if (verified === undefined) return;
  if (typeof verified !== 'boolean') {
    throw new ClaimError(`oidc: parse 'email_verified' claim: json: cannot unmarshal ${goType(verified)} into Go value of type bool`);
  }
  if (!verified) throw new ClaimError('oidc: email not verified');
}

function groupsOf(payload: Payload, { claim, prefix }: NonNullable<OidcIssuer['groups']>): string[] {
  const value = claimOf(payload, claim);
  if (value === undefined || value === null) return [];
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list) || !list.every((each) => typeof each === 'string')) {
    throw new ClaimError(`oidc: parse groups claim ${JSON.stringify(claim)}: json: cannot unmarshal ${goType(value)} into Go value of type string`);
  }
  return list.map((group) => prefix + group);
}

/** Returns the user that the verified claims of an ID token make (apiserver/plugin/pkg/authenticator/token/oidc). @throws ClaimError */
export function userOfIdToken(payload: Payload, issuer: OidcIssuer): UserInfo {
  const { username, groups, uid, requiredClaims } = issuer;
  if (username.claim === 'email') checkEmail(payload);
  const name = username.prefix + textClaim(payload, username.claim, `parse username claims ${JSON.stringify(username.claim)}`);
  const members = groups ? groupsOf(payload, groups) : [];
  const id = uid === undefined ? undefined : textClaim(payload, uid, `parse uid claim ${JSON.stringify(uid)}`);
  for (const [claim, wanted] of requiredClaims) {
    if (!Object.hasOwn(payload, claim)) throw new ClaimError(`oidc: required claim ${claim} not present in ID token`);
    const got = textClaim(payload, claim, `parse claim ${claim}`);
    if (got !== wanted) throw new ClaimError(`oidc: required claim ${claim} value does not match. Got = ${got}, want = ${wanted}`);
  }
  const token = claimOf(payload, 'jti');
  const extra = typeof token === 'string' && token !== '' ? { 'authentication.kubernetes.io/credential-id': [`JTI=${token}`] } : undefined;
  return { name, ...(id === undefined ? {} : { uid: id }), groups: members, ...(extra && { extra }) };
}
