import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { startTestServer } from '../test-server.fixture.ts';
import { serviceAccountTokens } from './service-account-token.ts';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const NS = '/api/v1/namespaces/default';
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const signingKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();

let clock: FakeClock;
let server: TestServer;
let uid: string;

beforeEach(async () => {
  clock = createFakeClock();
  server = await startTestServer({ clock, tokens: serviceAccountTokens({ signingKey, clock, issuers: [ISSUER, 'https://old.example'] }) });
  uid = (await server.ask('POST', `${NS}/serviceaccounts`, { body: { metadata: { name: 'robot' } } })).json.metadata.uid;
});
afterEach(() => server.stop());

const request = (spec: object) => server.ask('POST', `${NS}/serviceaccounts/robot/token`, { body: { spec } });
const tokenFor = async (spec: object = {}): Promise<string> => (await request(spec)).json.status.token;
const review = async (token: string, audiences?: string[]) =>
  (await server.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec: { token, ...(audiences && { audiences }) } } })).json
    .status;
const pod = (name: string, nodeName?: string) => ({
  metadata: { name },
  spec: { serviceAccountName: 'robot', containers: [{ name: 'c', image: 'i' }], ...(nodeName && { nodeName }) },
});
const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

it('a TokenReview must name a token', async () => {
  for (const spec of [{}, { token: '' }, { token: null }]) {
    const { status, json } = await server.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec } });
    expect([status, json.message]).toEqual([400, 'token is required for TokenReview in authentication']);
  }
});

describe('a TokenReview shows why a token does not count', () => {
  it.each<[string, () => Promise<string>, string]>([
    ['nobody knows it', async () => 'no-such-token', 'invalid bearer token'],
    ['it is no token', async () => 'a.b.c', 'invalid bearer token'],
    [
      'its account is gone',
      async () => {
        const token = await tokenFor();
        await server.ask('DELETE', `${NS}/serviceaccounts/robot`);
        return token;
      },
      '[invalid bearer token, serviceaccounts "robot" not found]',
    ],
    [
      'its pod is gone',
      async () => {
        await server.ask('POST', `${NS}/pods`, { body: pod('p') });
        const token = await tokenFor({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } });
        await server.ask('DELETE', `${NS}/pods/p?gracePeriodSeconds=0`);
        return token;
      },
      '[invalid bearer token, service account token has been invalidated]',
    ],
    [
      'its secret is gone',
      async () => {
        await server.ask('POST', `${NS}/secrets`, { body: { metadata: { name: 's' } } });
        const token = await tokenFor({ boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 's' } });
        await server.ask('DELETE', `${NS}/secrets/s`);
        return token;
      },
      '[invalid bearer token, service account token has been invalidated]',
    ],
    [
      'its node is gone',
      async () => {
        await server.ask('POST', '/api/v1/nodes', { body: { metadata: { name: 'n' } } });
        const token = await tokenFor({ boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'n' } });
        await server.ask('DELETE', '/api/v1/nodes/n');
        return token;
      },
      '[invalid bearer token, service account token has been invalidated]',
    ],
    [
      'its time is over',
      async () => {
        const token = await tokenFor({ expirationSeconds: 600 });
        await clock.advance(661_000);
        return token;
      },
      '[invalid bearer token, service account token has expired]',
    ],
    [
      'it is for others',
      () => tokenFor({ audiences: ['vault', 'x'] }),
      `[invalid bearer token, token audiences ["vault" "x"] is invalid for the target audiences ["${ISSUER}"]]`,
    ],
    [
      'its signature is wrong',
      async () => (await tokenFor()).replace(/.{8}$/, 'AAAAAAAA'),
      '[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]',
    ],
    [
      'its key is not known',
      async () => {
        const [, body, signature] = (await tokenFor()).split('.');
        return `${Buffer.from('{"alg":"ES256","kid":"x"}').toString('base64url')}.${body}.${signature}`;
      },
      '[invalid bearer token, invalid signature, no keys found]',
    ],
  ])('%s', async (_, make, error) => {
    expect(await review(await make())).toEqual({ user: {}, error });
  });

  it('its account was made anew', async () => {
    const token = await tokenFor();
    await server.ask('DELETE', `${NS}/serviceaccounts/robot`);
    const anew = (await server.ask('POST', `${NS}/serviceaccounts`, { body: { metadata: { name: 'robot' } } })).json.metadata.uid;
    expect((await review(token)).error).toBe(`[invalid bearer token, service account UID (${anew}) does not match claim (${uid})]`);
  });

  it('and says nothing of what it is not told', async () => {
    expect(await review(' x')).toEqual({ user: {} });
  });
});

describe('a token names in the user’s extra values', () => {
  it.each<[string, object, object]>([
    ['itself', {}, {}],
    ['its pod, and the node of the pod', { kind: 'Pod', name: 'p' }, { 'pod-name': ['p'], 'node-name': ['n'] }],
    ['the node of a pod that is not known, without uid', { kind: 'Pod', name: 'q' }, { 'pod-name': ['q'], 'node-name': ['gone'] }],
    ['its node', { kind: 'Node', name: 'n' }, { 'node-name': ['n'] }],
  ])('%s', async (_, reference, names) => {
    const node = (await server.ask('POST', '/api/v1/nodes', { body: { metadata: { name: 'n' } } })).json.metadata.uid;
    const uids: Record<string, string> = {};
    for (const [name, on] of [
      ['p', 'n'],
      ['q', 'gone'],
    ] as const) {
      uids[name] = (await server.ask('POST', `${NS}/pods`, { body: pod(name, on) })).json.metadata.uid;
    }
    const token = await tokenFor(Object.keys(reference).length > 0 ? { boundObjectRef: { apiVersion: 'v1', ...reference } } : {});
    const { extra } = (await review(token)).user;
    const { jti } = payloadOf(token);
    const own = Object.fromEntries(Object.entries(names).map(([name, value]) => [`authentication.kubernetes.io/${name}`, value]));
    const { 'authentication.kubernetes.io/pod-uid': podUid, 'authentication.kubernetes.io/node-uid': nodeUid, ...rest } = extra;
    expect(rest).toEqual({ 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`], ...own });
    const names2: Record<string, string[]> = { ...names };
    expect(podUid).toEqual(names2['pod-name'] ? [uids[names2['pod-name'][0] ?? '']] : undefined);
    expect(nodeUid).toEqual(names2['node-name']?.[0] === 'n' ? [node] : undefined);
  });
});

describe('a TokenRequest', () => {
  it.each<[string, object, number, string]>([
    [
      'too short',
      { expirationSeconds: 599 },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    [
      'too long',
      { expirationSeconds: 2 ** 32 + 1 },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
    ],
    ['for a pod that is not there', { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'x' } }, 404, 'pods "x" not found'],
    [
      'for a pod of another account',
      { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'other' } },
      400,
      'cannot bind token for serviceaccount "robot" to pod running with different serviceaccount name.',
    ],
    [
      'for a pod of another UID',
      { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p', uid: 'u' } },
      409,
      'Operation cannot be fulfilled on Pod "p": the UID in the bound object reference (u) does not match the UID in record. The object might have been deleted and then recreated',
    ],
    [
      'for another kind',
      { boundObjectRef: { kind: 'Deployment', apiVersion: 'apps/v1', name: 'd' } },
      400,
      'cannot bind token to object of type apps/v1, Kind=Deployment',
    ],
  ])('%s is refused', async (_, spec, code, message) => {
    await server.ask('POST', `${NS}/serviceaccounts`, { body: { metadata: { name: 'human' } } });
    await server.ask('POST', `${NS}/pods`, { body: pod('p') });
    const other = pod('other');
    await server.ask('POST', `${NS}/pods`, { body: { ...other, spec: { ...other.spec, serviceAccountName: 'human' } } });
    const answer = await request(spec);
    expect([answer.status, answer.json.message]).toEqual([code, message]);
  });

  it('with the name of another account is refused', async () => {
    const answer = await server.ask('POST', `${NS}/serviceaccounts/robot/token`, { body: { metadata: { name: 'x' }, spec: {} } });
    expect(answer.status).toBe(422);
    expect(answer.json.message).toContain('metadata.name: Invalid value: "x": must match the service account name if specified');
  });

  it('with the UID of another account is refused; the answer has that of the account', async () => {
    const ask = (uid: string) => server.ask('POST', `${NS}/serviceaccounts/robot/token`, { body: { metadata: { uid }, spec: {} } });
    const { uid } = (await server.ask('GET', `${NS}/serviceaccounts/robot`)).json.metadata;
    const refused = await ask('other');
    expect([refused.status, refused.json.message]).toEqual([
      409,
      `Operation cannot be fulfilled on TokenRequest.authentication.k8s.io "robot": the UID in the token request (other) does not match the UID of the service account (${uid})`,
    ]);
    expect((await ask(uid)).json.metadata.uid).toBe(uid);
    expect((await request({})).json.metadata.uid).toBe(uid);
  });

  it('of kubelet for a pod is issued for a year, and noted when it is used after its hour', async () => {
    await server.ask('POST', `${NS}/pods`, { body: pod('p') });
    const answer = await request({ expirationSeconds: 3607, boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } });
    expect(answer.json.status.expirationTimestamp).toBe('2026-01-01T01:00:07Z');
    const { exp, iat, 'kubernetes.io': own } = payloadOf(answer.json.status.token);
    expect([exp - iat, own.warnafter - iat]).toEqual([365 * 86_400, 3607]);
    await clock.advance(4000_000);
    expect((await review(answer.json.status.token)).authenticated).toBe(true);
  });
});

describe('tokens of an earlier time', () => {
  const legacy = (claims: object) => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256' }).sign(key);
  const claimsOf = (secret: string) => ({
    iss: 'kubernetes/serviceaccount',
    sub: 'system:serviceaccount:default:robot',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': secret,
    'kubernetes.io/serviceaccount/service-account.name': 'robot',
    'kubernetes.io/serviceaccount/service-account.uid': uid,
  });

  async function secretWith(token: string): Promise<void> {
    const body = {
      metadata: { name: 's', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
      type: 'kubernetes.io/service-account-token',
      data: { token: Buffer.from(token).toString('base64') },
    };
    expect((await server.ask('POST', `${NS}/secrets`, { body })).status).toBe(201);
  }
  const lastUsed = () => server.objects.get(secrets, { namespace: 'default', name: 's' })?.metadata.labels;

  it('count as long as they stand in their secret, whose label tells the day of last use', async () => {
    const token = await legacy(claimsOf('s'));
    await secretWith(token);
    expect((await review(token)).user).toEqual({
      username: 'system:serviceaccount:default:robot',
      uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
    await clock.settle();
    expect(lastUsed()).toEqual({ 'kubernetes.io/legacy-token-last-used': '2026-01-01' });
    await clock.advance(86_400_000);
    await review(token);
    await clock.settle();
    expect(lastUsed()).toEqual({ 'kubernetes.io/legacy-token-last-used': '2026-01-02' });
  });

  it.each<[string, (token: string) => Promise<unknown>, string]>([
    ['are no good without their secret', async () => {}, 'service account token has been invalidated'],
    ['are no good if another stands there', () => secretWith('x'), "service account token does not match server's copy"],
    [
      'are no good once they are marked',
      async (token) => {
        await secretWith(token);
        const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
        const body = { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2025-01-01' } } };
        await server.ask('PATCH', `${NS}/secrets/s`, { ...patch, body });
      },
      'the token in secret default/s for service account default/robot has been marked invalid.',
    ],
  ])('%s', async (_, prepare, error) => {
    const token = await legacy(claimsOf('s'));
    await prepare(token);
    expect((await review(token)).error).toContain(error);
  });

  it.each([
    ['sub', 'sub claim is missing'],
    ['kubernetes.io/serviceaccount/namespace', 'namespace claim is missing'],
    ['kubernetes.io/serviceaccount/secret.name', 'secretName claim is missing'],
    ['kubernetes.io/serviceaccount/service-account.name', 'serviceAccountName claim is missing'],
    ['kubernetes.io/serviceaccount/service-account.uid', 'serviceAccountUID claim is missing'],
  ])('without the claim %s say so', async (claim, error) => {
    const claims: Record<string, string> = claimsOf('s');
    delete claims[claim];
    expect((await review(await legacy(claims))).error).toBe(`[invalid bearer token, ${error}]`);
  });
});

describe('keys and issuers', () => {
  const kinds = [
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['ES512', generateKeyPairSync('ec', { namedCurve: 'P-521' })],
  ] as const;

  it.each(kinds)('of %s sign and verify, and are shown with their id', async (alg, { privateKey, publicKey }) => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const tokens = serviceAccountTokens({ signingKey: pem, clock });
    const { token } = await tokens.issue({ namespace: 'a', serviceaccount: { name: 'b', uid: 'c' }, seconds: 600 });
    const kid = createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64url');
    expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toEqual({ alg, kid });
    expect(await tokens.verify(token)).toMatchObject({ subject: 'system:serviceaccount:a:b' });
    expect(tokens.jwks().keys).toMatchObject([{ kid, alg, use: 'sig' }]);
    const rotated = serviceAccountTokens({ signingKey, olderKeys: [publicKey.export({ type: 'spki', format: 'pem' }).toString()], clock });
    expect(await rotated.verify(token)).toMatchObject({ subject: 'system:serviceaccount:a:b' });
  });

  it('of an earlier issuer count; of a strange one nobody knows', async () => {
    const from = (issuer: string) => serviceAccountTokens({ signingKey, clock, issuers: [issuer], apiAudiences: [ISSUER] });
    const spec = { namespace: 'default', serviceaccount: { name: 'robot', uid }, seconds: 600 };
    expect((await review((await from('https://old.example').issue(spec)).token)).authenticated).toBe(true);
    expect(await review((await from('https://strange.example').issue(spec)).token)).toEqual({ user: {}, error: 'invalid bearer token' });
  });

  it('cannot be of a kind that signs no tokens', () => {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => serviceAccountTokens({ signingKey: pem, clock })).toThrow('must be an RSA key, or an EC key on the curve P-256, P-384 or P-521');
  });
});
