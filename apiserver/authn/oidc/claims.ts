import type { UserInfo } from '../../contract/request.ts';
import type { ExpressionValue, IdentityExpression, IdentityRule, OidcIssuer } from './issuer.ts';
import { ClaimError } from './issuer.ts';

type Payload = Readonly<Record<string, unknown>>;

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

/** Evaluates an expression; `what` begins the text of its errors. */
async function evaluated(expression: IdentityExpression, input: Payload, what: string): Promise<ExpressionValue> {
  try {
    return await expression.evaluate(input);
  } catch (error) {
    if (error instanceof ClaimError) throw new ClaimError(`${what}${error.message}`);
    throw error;
  }
}

async function textOf(expression: IdentityExpression, payload: Payload, attribute: string): Promise<string> {
  const what = `oidc: error evaluating ${attribute} claim expression: `;
  const value = await evaluated(expression, payload, what);
  if (typeof value !== 'string') throw new ClaimError(`${what}${attribute} claim expression must return a string`);
  return value;
}

/** Reads a text, or a list of texts, without the empty ones. */
function textsOf(value: ExpressionValue, what: string): string[] {
  if (value === null) return [];
  const texts = typeof value === 'string' ? [value] : value;
  if (typeof texts !== 'object') throw new ClaimError(`${what}expression must return a string or a list of strings`);
  return texts.filter((text) => text !== '');
}

async function nameOf(payload: Payload, username: OidcIssuer['username']): Promise<string> {
  if ('source' in username) {
    const name = await textOf(username, payload, 'username');
    if (name === '') throw new ClaimError('oidc: empty username via CEL expression is not allowed');
    return name;
  }
  const { claim, prefix } = username;
  const name = textClaim(payload, claim, `parse username claims ${JSON.stringify(claim)}`);
  if (claim === 'email') checkEmail(payload);
  return prefix + name;
}

async function groupsOf(payload: Payload, groups: NonNullable<OidcIssuer['groups']>): Promise<string[]> {
  if ('source' in groups) {
    const what = 'oidc: error evaluating group claim expression: ';
    return textsOf(await evaluated(groups, payload, what), what);
  }
  const { claim, prefix } = groups;
  const value = claimOf(payload, claim);
  if (value === undefined || value === null) return [];
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list) || !list.every((each) => typeof each === 'string')) {
    throw new ClaimError(`oidc: parse groups claim ${JSON.stringify(claim)}: json: cannot unmarshal ${goType(value)} into Go value of type string`);
  }
  return list.map((group) => prefix + group);
}

async function uidOf(payload: Payload, uid: NonNullable<OidcIssuer['uid']>): Promise<string> {
  return typeof uid === 'string' ? textClaim(payload, uid, `parse uid claim ${JSON.stringify(uid)}`) : textOf(uid, payload, 'uid');
}

async function extraOf(payload: Payload, mappings: NonNullable<OidcIssuer['extra']>): Promise<Record<string, readonly string[]>> {
  const extra: Record<string, readonly string[]> = {};
  const token = claimOf(payload, 'jti');
  if (typeof token === 'string' && token !== '') extra['authentication.kubernetes.io/credential-id'] = [`JTI=${token}`];
  for (const { key, expression } of mappings) {
    const value = await evaluated(expression, payload, '');
    const texts = textsOf(value, `oidc: error evaluating extra claim expression: ${expression.source}: `);
    if (texts.length > 0) extra[key] = texts;
  }
  return extra;
}

function checkRequired(payload: Payload, requiredClaims: OidcIssuer['requiredClaims']): void {
  for (const [claim, wanted] of requiredClaims) {
    if (!Object.hasOwn(payload, claim)) throw new ClaimError(`oidc: required claim ${claim} not present in ID token`);
    const got = textClaim(payload, claim, `parse claim ${claim}`);
    if (got !== wanted) throw new ClaimError(`oidc: required claim ${claim} value does not match. Got = ${got}, want = ${wanted}`);
  }
}

/** Evaluates all rules before the first is looked at, as upstream does: an error counts for more than a rule that is not met. */
async function checkRules(rules: readonly IdentityRule[], input: Payload, what: string): Promise<void> {
  const prefix = `oidc: error evaluating ${what}: `;
  const met: ExpressionValue[] = [];
  for (const { expression } of rules) met.push(await evaluated(expression, input, prefix));
  for (const [index, { expression, message }] of rules.entries()) {
    if (typeof met[index] !== 'boolean') throw new ClaimError(`${prefix}validation expression must return a boolean`);
    if (!met[index]) throw new ClaimError(`${prefix}validation expression '${expression.source}' failed: ${message}`);
  }
}

/** Returns the user that the verified claims of an ID token make (apiserver/plugin/pkg/authenticator/token/oidc). @throws ClaimError */
export async function userOfIdToken(payload: Payload, issuer: OidcIssuer): Promise<UserInfo> {
  const { username, groups, uid, extra: mappings = [], requiredClaims, claimRules = [], userRules = [] } = issuer;
  const name = await nameOf(payload, username);
  const members = groups ? await groupsOf(payload, groups) : [];
  const id = uid === undefined ? undefined : await uidOf(payload, uid);
  const extra = await extraOf(payload, mappings);
  checkRequired(payload, requiredClaims);
  await checkRules(claimRules, payload, 'claim validation expression');
  await checkRules(userRules, { username: name, uid: id ?? '', groups: members, extra }, 'user info validation rule');
  return { name, ...(id === undefined ? {} : { uid: id }), groups: members, ...(Object.keys(extra).length > 0 ? { extra } : {}) };
}
