import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { FakeClock } from '../../../base/fake-clock.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { eventually, startTestServer } from '../../test-server.fixture.ts';
import { parseTokenFile } from '../static-tokens.ts';
import { compileMapping } from './expressions.ts';
import type { OidcIssuer } from './issuer.ts';
import { SIGNING_ALGORITHMS } from './issuer.ts';
import { oidcAuthenticator } from './oidc-authenticator.ts';
import type { TestOidcIssuer } from './oidc-issuer.fixture.ts';
import { startOidcIssuer } from './oidc-issuer.fixture.ts';

const API = ['https://kubernetes.default.svc.cluster.local'];
const WHOAMI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
let issuer: TestOidcIssuer;
let clock: FakeClock;
beforeAll(async () => {
  issuer = await startOidcIssuer();
});
afterAll(() => issuer.stop());
beforeEach(() => {
  clock = createFakeClock();
  issuer.state.down = false;
  issuer.state.documentIssuer = issuer.url;
  issuer.rotate('k1');
});

const settings = (more: Partial<OidcIssuer> = {}): OidcIssuer => ({
  url: issuer.url,
  audiences: ['skiff'],
  certificateAuthority: issuer.ca,
  signingAlgorithms: SIGNING_ALGORITHMS,
  username: { claim: 'sub', prefix: 'oidc:' },
  groups: { claim: 'groups', prefix: 'g:' },
  requiredClaims: [],
  ...more,
});
const soon = () => Math.floor(clock.now() / 1000) + 600;

async function ready(more: Partial<OidcIssuer> = {}) {
  const authenticator = oidcAuthenticator(settings(more), { clock, apiAudiences: API });
  await authenticator.keys.fetch();
  return authenticator;
}

describe('an ID token makes the user that its claims name', () => {
  it.each<[string, Partial<OidcIssuer>, object, object]>([
    ['name and groups with their prefixes', {}, { sub: 'jane', groups: ['a', 'b'] }, { name: 'oidc:jane', groups: ['g:a', 'g:b'] }],
    ['one group as a text', {}, { sub: 'jane', groups: 'a' }, { name: 'oidc:jane', groups: ['g:a'] }],
    ['no groups', {}, { sub: 'jane' }, { name: 'oidc:jane', groups: [] }],
    ['a uid', { uid: 'oid' }, { sub: 'jane', oid: 'u1' }, { name: 'oidc:jane', uid: 'u1', groups: [] }],
    ['a verified address', { username: { claim: 'email', prefix: '' } }, { email: 'a@b.c', email_verified: true }, { name: 'a@b.c', groups: [] }],
    ['an address of which nothing is said', { username: { claim: 'email', prefix: '' } }, { email: 'a@b.c' }, { name: 'a@b.c', groups: [] }],
    [
      'the token’s own id',
      {},
      { sub: 'jane', jti: 'x' },
      { name: 'oidc:jane', groups: [], extra: { 'authentication.kubernetes.io/credential-id': ['JTI=x'] } },
    ],
    ['required claims', { requiredClaims: [['hd', 'example.com']] }, { sub: 'jane', hd: 'example.com' }, { name: 'oidc:jane', groups: [] }],
    ['one of several audiences', { audiences: ['x', 'skiff'] }, { sub: 'jane', aud: ['y', 'skiff'] }, { name: 'oidc:jane', groups: [] }],
  ])('%s', async (_, more, claims, user) => {
    const authenticator = await ready(more);
    const token = await issuer.sign({ exp: soon(), ...claims });
    expect(await authenticator.authenticate(token, API)).toEqual({ user, audiences: API });
  });
});

it('an ID token makes the user that expressions over its claims name', async () => {
  const username = compileMapping('claims.email.split("@")[0]').expression;
  if (!username) throw new Error('the expression does not compile');
  const authenticator = await ready({ username, groups: { claim: 'groups', prefix: 'g:' } });
  const token = await issuer.sign({ exp: soon(), email: 'jane@example.com', groups: ['a'] });
  expect(await authenticator.authenticate(token, API)).toEqual({ user: { name: 'jane', groups: ['g:a'] }, audiences: API });
});

describe('an ID token is refused, with the reason', () => {
  it.each<[string, Partial<OidcIssuer>, () => object, string]>([
    ['for others', {}, () => ({ sub: 'j', aud: 'x' }), 'oidc: verify token: oidc: expected audience "skiff" got ["x"]'],
    ['expired', {}, () => ({ sub: 'j', exp: soon() - 700 }), 'oidc: verify token: oidc: token is expired (Token Expiry: 2025-12-31T23:58:20Z)'],
    ['without end', {}, () => ({ sub: 'j', exp: undefined }), 'oidc: verify token: oidc: token is expired (Token Expiry: none)'],
    ['ahead of its time', {}, () => ({ sub: 'j', nbf: soon() }), 'oidc: verify token: oidc: current time 2026-01-01T00:00:00Z before the nbf'],
    ['without its user', {}, () => ({}), 'oidc: parse username claims "sub": claim not present'],
    [
      'with a number for its user',
      {},
      () => ({ sub: 5 as unknown as string }),
      'oidc: parse username claims "sub": json: cannot unmarshal number into Go value of type string',
    ],
    [
      'for a claim that every object has',
      { username: { claim: 'constructor', prefix: '' } },
      () => ({}),
      'oidc: parse username claims "constructor": claim not present',
    ],
    [
      'with an address that is not verified',
      { username: { claim: 'email', prefix: '' } },
      () => ({ email: 'a@b.c', email_verified: false }),
      'oidc: email not verified',
    ],
    ['with groups that are none', {}, () => ({ sub: 'j', groups: [1] }), 'oidc: parse groups claim "groups": '],
    ['without a required claim', { requiredClaims: [['hd', 'x']] }, () => ({ sub: 'j' }), 'oidc: required claim hd not present in ID token'],
    [
      'with another value',
      { requiredClaims: [['hd', 'x']] },
      () => ({ sub: 'j', hd: 'y' }),
      'oidc: required claim hd value does not match. Got = y, want = x',
    ],
    [
      'signed with an algorithm that is not allowed',
      { signingAlgorithms: ['ES256'] },
      () => ({ sub: 'j' }),
      'oidc: verify token: failed to verify signature: ',
    ],
  ])('%s', async (_, more, claims, error) => {
    const authenticator = await ready(more);
    const outcome = await authenticator.authenticate(await issuer.sign({ exp: soon(), ...claims() }), API);
    expect(outcome && 'error' in outcome ? outcome.error : outcome).toContain(error);
  });

  it('that was altered', async () => {
    const authenticator = await ready();
    const [header, , signature] = (await issuer.sign({ exp: soon(), sub: 'jane' })).split('.');
    const forged = Buffer.from(JSON.stringify({ iss: issuer.url, aud: 'skiff', exp: soon(), sub: 'root' })).toString('base64url');
    expect(await authenticator.authenticate(`${header}.${forged}.${signature}`, API)).toEqual({
      error: 'oidc: verify token: failed to verify signature: signature verification failed',
    });
  });

  it.each(['', 'x', 'a.b.c', '..', `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`])('%j is nobody’s', async (token) => {
    expect(await (await ready()).authenticate(token, API)).toBeUndefined();
  });
});

describe('keys', () => {
  it('that were rotated are fetched once a token names the new one, and not for every token that names none', async () => {
    const authenticator = await ready();
    issuer.rotate('k2', 'ES256');
    const outcome = await authenticator.authenticate(await issuer.sign({ exp: soon(), sub: 'jane' }), API);
    expect(outcome).toMatchObject({ user: { name: 'oidc:jane' } });
    const before = issuer.state.requests.length;
    for (let i = 0; i < 20; i++) {
      const strange = await issuer.sign({ exp: soon(), sub: `j${i}` }, { kid: `x${i}` });
      expect(await authenticator.authenticate(strange, API)).toHaveProperty('error');
    }
    expect(issuer.state.requests.length - before).toBeLessThanOrEqual(1);
  });

  it('are looked for where the discovery URL says', async () => {
    issuer.state.requests.length = 0;
    const authenticator = await ready({ discoveryUrl: `${issuer.url}/elsewhere` });
    expect(issuer.state.requests).toEqual(['/elsewhere', '/keys']);
    expect(await authenticator.authenticate(await issuer.sign({ exp: soon(), sub: 'jane' }), API)).toHaveProperty('user');
  });

  it('of a document that names another issuer are not taken', async () => {
    issuer.state.documentIssuer = 'https://other.example';
    await expect(ready()).rejects.toThrow(/issuer did not match the issuer returned by provider, expected "https:.*" got "https:\/\/other.example"/);
  });

  it('are not taken over a connection that cannot be trusted', async () => {
    await expect(ready({ certificateAuthority: undefined as unknown as string })).rejects.toThrow(/self-signed|unable to (get|verify)/);
  });
});

describe('a server with an issuer', () => {
  let server: TestServer;
  afterEach(() => server.stop());
  const who = async (token: string) => {
    const answer = await server.ask('POST', WHOAMI, { user: null, headers: { authorization: `Bearer ${token}` }, body: {} });
    return answer.json.status?.userInfo ?? answer.status;
  };

  it('serves everybody else while the issuer is down, and its users once it is up', async () => {
    issuer.state.down = true;
    server = await startTestServer({ clock, oidcIssuers: [settings()], staticTokens: parseTokenFile('s3cret,alice,u1\n') });
    const token = await issuer.sign({ exp: soon() + 86_400, sub: 'jane', groups: ['dev'] });
    expect(await who('s3cret')).toMatchObject({ username: 'alice' });
    expect(await who(token)).toBe(401);
    const review = await server.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec: { token } } });
    expect(review.json.status.error).toBe('[invalid bearer token, oidc: authenticator not initialized]');
    issuer.state.down = false;
    const user = await eventually(async () => {
      await clock.advance(1000);
      const found = await who(token);
      return found !== 401 && found;
    });
    expect(user).toEqual({ username: 'oidc:jane', groups: ['g:dev', 'system:authenticated'] });
  });
});
