import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { startTestServer } from '../test-server.fixture.ts';
import type { AnonymousAccess } from './anonymous.ts';
import { parseTokenFile } from './static-tokens.ts';

const bearer = (token: string) => ({ user: null, headers: { authorization: `Bearer ${token}` } });
const WHOAMI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const base64 = (text: string) => Buffer.from(text).toString('base64');

let clock: FakeClock;
let server: TestServer;

beforeEach(async () => {
  clock = createFakeClock();
  server = await startTestServer({ clock, staticTokens: parseTokenFile('s3cret,alice,u1,"dev,ops"\n# nobody\nplain,bob,u2\n') });
});
afterEach(() => server.stop());

const whoIs = async (token: string) => (await server.ask('POST', WHOAMI, { ...bearer(token), body: {} })).json?.status?.userInfo;

async function serviceAccount(name: string): Promise<string> {
  const answer = await server.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name } } });
  return answer.json.metadata.uid;
}
const tokenFor = (name: string, spec: object = {}) =>
  server.ask('POST', `/api/v1/namespaces/default/serviceaccounts/${name}/token`, { body: { spec } });

describe('a request without credentials', () => {
  it.each(['/version', '/livez', '/readyz', '/healthz'])('is shown %s', async (path) => {
    expect((await server.ask('GET', path, { user: null })).status).toBe(200);
  });
  it.each(['/api', '/apis/apps/v1', '/api/v1/pods', '/metrics', '/livez/ping', '/'])('is refused %s with a Status', async (path) => {
    const answer = await server.ask('GET', path, { user: null });
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized', code: 401 });
  });
});

describe('a bearer token', () => {
  it('of the token file names its user and groups', async () => {
    expect(await whoIs('s3cret')).toEqual({ username: 'alice', uid: 'u1', groups: ['dev', 'ops', 'system:authenticated'] });
    expect(await whoIs('plain')).toMatchObject({ username: 'bob', groups: ['system:authenticated'] });
  });

  it('that nobody knows is refused, even where the public may look', async () => {
    expect((await server.ask('GET', '/version', bearer('wrong'))).status).toBe(401);
    expect((await server.ask('GET', '/api', bearer('a.b.c'))).status).toBe(401);
  });

  it('for bootstrapping counts until it ends', async () => {
    const data = {
      'token-id': base64('abcdef'),
      'token-secret': base64('0123456789abcdef'),
      'usage-bootstrap-authentication': base64('true'),
      'auth-extra-groups': base64('system:bootstrappers:skiff'),
      expiration: base64(new Date(clock.now() + 60_000).toISOString()),
    };
    const secret = { metadata: { name: 'bootstrap-token-abcdef' }, type: 'bootstrap.kubernetes.io/token', data };
    expect((await server.ask('POST', '/api/v1/namespaces/kube-system/secrets', { body: secret })).status).toBe(201);
    const groups = ['system:bootstrappers', 'system:bootstrappers:skiff', 'system:authenticated'];
    expect(await whoIs('abcdef.0123456789abcdef')).toEqual({ username: 'system:bootstrap:abcdef', groups });
    expect(await whoIs('abcdef.0123456789abcdee')).toBeUndefined();
    await clock.advance(61_000);
    expect(await whoIs('abcdef.0123456789abcdef')).toBeUndefined();
  });
});

describe('a service account token', () => {
  it('names the account and its groups', async () => {
    const uid = await serviceAccount('robot');
    const answer = await tokenFor('robot');
    expect(answer.status).toBe(201);
    expect(answer.json.status.expirationTimestamp).toBe('2026-01-01T01:00:00Z');
    expect(await whoIs(answer.json.status.token)).toMatchObject({
      username: 'system:serviceaccount:default:robot',
      uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
  });

  it('ends with its time, and with its account', async () => {
    await serviceAccount('robot');
    const { token } = (await tokenFor('robot', { expirationSeconds: 600 })).json.status;
    expect(await whoIs(token)).toBeDefined();
    await server.ask('DELETE', '/api/v1/namespaces/default/serviceaccounts/robot');
    expect(await whoIs(token)).toBeUndefined();
    await serviceAccount('robot');
    expect(await whoIs(token)).toBeUndefined();
    const { token: fresh } = (await tokenFor('robot', { expirationSeconds: 600 })).json.status;
    expect(await whoIs(fresh)).toBeDefined();
    await clock.advance(659_000);
    expect(await whoIs(fresh)).toBeDefined();
    await clock.advance(2_000);
    expect(await whoIs(fresh)).toBeUndefined();
  });

  it('bound to a pod ends with the pod', async () => {
    await serviceAccount('robot');
    await server.ask('POST', '/api/v1/namespaces/default/pods', {
      body: { metadata: { name: 'p' }, spec: { serviceAccountName: 'robot', containers: [{ name: 'c', image: 'i' }] } },
    });
    const bound = { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } };
    const { token } = (await tokenFor('robot', bound)).json.status;
    expect((await whoIs(token)).extra['authentication.kubernetes.io/pod-name']).toEqual(['p']);
    await server.ask('DELETE', '/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0');
    expect(await whoIs(token)).toBeUndefined();
  });

  it('for another audience is no good here, and is known to a review that asks for that audience', async () => {
    await serviceAccount('robot');
    const { token } = (await tokenFor('robot', { audiences: ['vault'] })).json.status;
    expect(await whoIs(token)).toBeUndefined();
    const review = (spec: object) => server.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec: { token, ...spec } } });
    expect((await review({})).json.status.authenticated).toBeUndefined();
    expect((await review({ audiences: ['vault', 'x'] })).json.status).toMatchObject({
      authenticated: true,
      audiences: ['vault'],
      user: { username: 'system:serviceaccount:default:robot' },
    });
  });

  it('that was altered is refused', async () => {
    await serviceAccount('robot');
    const { token } = (await tokenFor('robot')).json.status;
    const [head, body, signature] = token.split('.');
    const forged = Buffer.from(Buffer.from(body, 'base64url').toString().replaceAll('robot', 'admin')).toString('base64url');
    expect(await whoIs(`${head}.${forged}.${signature}`)).toBeUndefined();
  });

  it.each([
    [{ expirationSeconds: 10 }, 422, 'spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes'],
    [{ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'none' } }, 404, 'pods "none" not found'],
    [{ boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'c' } }, 400, 'cannot bind token to object of type /v1, Kind=ConfigMap'],
  ])('is not issued for %j', async (spec, code, message) => {
    await serviceAccount('robot');
    const answer = await tokenFor('robot', spec);
    expect(answer.status).toBe(code);
    expect(answer.json.message).toContain(message);
  });
});

describe('requests without credentials are let through', () => {
  const open = async (anonymous: AnonymousAccess | undefined, path: string, headers: Record<string, string> = {}) => {
    const other = await startTestServer({ clock, authentication: anonymous === undefined ? {} : { anonymous } });
    try {
      return (await other.ask('GET', path, { user: null, headers })).status;
    } finally {
      await other.stop();
    }
  };
  it.each<[string, AnonymousAccess | undefined, string, number]>([
    ['to health by default', undefined, '/livez', 200],
    ['not to parts of it', undefined, '/livez/ping', 401],
    ['not to the API', undefined, '/api', 401],
    ['nowhere, if none are', 'none', '/livez', 401],
    ['to authorisation, if all are', 'all', '/api/v1/namespaces/kube-public/configmaps/cluster-info', 403],
    ['to the paths of a list', new Set(['/metrics']), '/metrics', 403],
    ['to no other', new Set(['/metrics']), '/livez', 401],
  ])('%s', async (_, anonymous, path, code) => {
    expect(await open(anonymous, path)).toBe(code);
  });

  it('with a scheme that nobody reads, as upstream does; not with a token that is bad', async () => {
    expect(await open(undefined, '/version', { authorization: 'Basic eDp5' })).toBe(200);
    expect(await open(undefined, '/version', { authorization: 'Bearer eDp5' })).toBe(401);
  });
});

describe('whatever a client sends as credentials', () => {
  it.each<[string, Record<string, string>]>([
    ['a token of a megabyte', { authorization: `Bearer ${'x'.repeat(1_000_000)}` }],
    ['a token of dots', { authorization: `Bearer ${'.'.repeat(100_000)}` }],
    ['three empty parts', { authorization: 'Bearer ..' }],
    ['odd bytes', { authorization: 'Bearer \u00ff\u0000\ud800' }],
    ['names of every object', { authorization: 'Bearer __proto__.constructor.toString' }],
    ['a token whose header is a list', { authorization: 'Bearer W10.W10.W10' }],
    ['a token whose claims are null', { authorization: 'Bearer bnVsbA.bnVsbA.bnVsbA' }],
    ['an unsigned token of the server’s own issuer', { authorization: `Bearer ${forged('none')}` }],
    ['a token signed with a text', { authorization: `Bearer ${forged('HS256')}` }],
    ['a token with a strange key id', { authorization: `Bearer ${forged('ES256', '__proto__')}` }],
    ['a bootstrap token of no secret', { authorization: 'Bearer abcdef.0123456789abcdef' }],
    ['headers of a front proxy', { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' }],
    ['a WebSocket protocol', { upgrade: 'websocket', 'sec-websocket-protocol': 'base64url.bearer.authorization.k8s.io._w, v4' }],
  ])('%s is answered 401', async (_, headers) => {
    expect((await server.ask('GET', '/api', { user: null, headers })).status).toBe(401);
  });
});

/** An unsigned token with the claims of an administrator. */
function forged(alg: string, kid?: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'https://kubernetes.default.svc.cluster.local',
    sub: 'system:serviceaccount:kube-system:admin',
    'kubernetes.io': { namespace: 'kube-system' },
  };
  return `${part({ alg, ...(kid === undefined ? {} : { kid }) })}.${part(claims)}.${alg === 'none' ? '' : 'AAAA'}`;
}

describe('access reviews', () => {
  it('answer what the authorizer would', async () => {
    const spec = { resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' } };
    const self = await server.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { body: { spec } });
    expect(self.json.status).toEqual({ allowed: true });
    const anonymous = { ...spec, user: 'system:anonymous', groups: ['system:unauthenticated'] };
    const other = await server.ask('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body: { spec: anonymous } });
    expect(other.json.status).toEqual({ allowed: false });
    const rules = await server.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', { body: { spec: { namespace: 'default' } } });
    expect(rules.json.status).toMatchObject({
      incomplete: false,
      resourceRules: expect.arrayContaining([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]),
    });
  });

  it('that ask nothing, or for nobody, are invalid', async () => {
    const answer = await server.ask('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body: { spec: {} } });
    expect(answer.status).toBe(422);
    expect(answer.json.details.causes.map((cause: { field: string }) => cause.field)).toEqual(['spec.resourceAttributes', 'spec.user']);
  });
});
