import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestOidcIssuer } from '../../apiserver/authn/oidc/oidc-issuer.fixture.ts';
import { startOidcIssuer } from '../../apiserver/authn/oidc/oidc-issuer.fixture.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { ServerProcess } from '../support/cluster/server-process.ts';
import { startServerProcess } from '../support/cluster/server-process.ts';

const WHOAMI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
let directory: string;
let issuer: TestOidcIssuer;
let server: ServerProcess;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'skiff-identities-'));
  issuer = await startOidcIssuer();
  const configuration = {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthenticationConfiguration',
    jwt: [
      {
        issuer: { url: issuer.url, audiences: ['skiff'], certificateAuthority: issuer.ca },
        claimMappings: { username: { claim: 'sub', prefix: 'oidc:' }, groups: { claim: 'groups', prefix: '' } },
      },
    ],
    anonymous: { enabled: true, conditions: [{ path: '/livez' }] },
  };
  // JSON is YAML.
  writeFileSync(join(directory, 'authentication.yaml'), JSON.stringify(configuration));
  writeFileSync(join(directory, 'tokens.csv'), 's3cret,ann,u1,"dev,ops"\n');
  server = await startServerProcess([
    '--authentication-config',
    join(directory, 'authentication.yaml'),
    '--token-auth-file',
    join(directory, 'tokens.csv'),
    '--service-account-issuer',
    'https://cluster.example',
  ]);
});
afterAll(async () => {
  await server.stop();
  await server.remove();
  await issuer.stop();
  rmSync(directory, { recursive: true });
});

interface Asked {
  readonly path?: string;
  readonly certificate?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** Asks the server for the caller's identity; resolves with code and user. */
function whoami({ path = WHOAMI, certificate, headers = {} }: Asked) {
  const pki = (name: string) => readFileSync(join(server.dataDir, 'pki', name));
  const pair = certificate === undefined ? {} : { cert: pki(`${certificate}.crt`), key: pki(`${certificate}.key`) };
  const options = {
    method: path === WHOAMI ? 'POST' : 'GET',
    ca: pki('ca.crt'),
    ...pair,
    headers: { 'content-type': 'application/json', ...headers },
  };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers as clients do
  return new Promise<{ code: number | undefined; user: any }>((resolve, reject) => {
    const outgoing = request(`https://127.0.0.1:${server.port}${path}`, options, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ code: response.statusCode, user: text.startsWith('{') ? JSON.parse(text).status?.userInfo : undefined }));
    });
    outgoing.on('error', reject);
    outgoing.end(path === WHOAMI ? '{}' : undefined);
  });
}
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('who is let in, and as whom', () => {
  it('a token of the token file', async () => {
    expect(await whoami(bearer('s3cret'))).toEqual({
      code: 201,
      user: { username: 'ann', uid: 'u1', groups: ['dev', 'ops', 'system:authenticated'] },
    });
  });

  it('an ID token, once the issuer’s keys have been fetched; after their rotation too', async () => {
    const claims = { sub: 'jane', groups: ['dev'], exp: Math.floor(Date.now() / 1000) + 3600 };
    const first = await issuer.sign(claims);
    await eventually(async () => expect((await whoami(bearer(first))).code).toBe(201));
    issuer.rotate('k2', 'ES256');
    const { user } = await whoami(bearer(await issuer.sign(claims)));
    expect(user).toEqual({ username: 'oidc:jane', groups: ['dev', 'system:authenticated'] });
  });

  it('a service account’s token of the issuer that was asked for', async () => {
    await server.kubectl('wait', '--for=create', 'serviceaccount/default', '--timeout=60s');
    const token = (await server.kubectl('create', 'token', 'default')).trim();
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).iss).toBe('https://cluster.example');
    expect((await whoami(bearer(token))).user.username).toBe('system:serviceaccount:default:default');
  });

  it('a user that a front proxy names', async () => {
    const headers = { 'X-Remote-User': 'zoe', 'X-Remote-Group': ['a, b', 'c'], 'X-Remote-Extra-Scope': 'x' };
    const { user } = await whoami({ certificate: 'front-proxy-client', headers });
    expect(user).toEqual({ username: 'zoe', groups: ['a, b', 'c', 'system:authenticated'], extra: { scope: ['x'] } });
  });

  it('an administrator, whatever its headers name', async () => {
    const { user } = await whoami({ certificate: 'admin', headers: { 'X-Remote-User': 'zoe', 'X-Remote-Group': 'a' } });
    expect(user).toMatchObject({ username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] });
  });
});

describe('who is not let in', () => {
  it.each<[string, Asked, number]>([
    ['a front proxy that names nobody', { certificate: 'front-proxy-client' }, 401],
    ['headers without a certificate', { headers: { 'X-Remote-User': 'zoe' } }, 401],
    ['a wrong token', bearer('wrong'), 401],
    ['nobody, where the configuration lets nobody through', { path: '/version' }, 401],
    ['nobody, but where it does', { path: '/livez' }, 200],
    ['a token of 500 KB', bearer('x'.repeat(500_000)), 401],
    ['bytes that are no UTF-8', bearer('\u00ff\u00fe'), 401],
    ['a token of a property that every object has', bearer('__proto__'), 401],
  ])('%s', async (_, asked, code) => {
    expect((await whoami(asked)).code).toBe(code);
  });
});

it('tells API servers that extend it whom to trust', async () => {
  const data = JSON.parse(await server.kubectl('get', 'configmap', 'extension-apiserver-authentication', '-n', 'kube-system', '-o', 'json')).data;
  const pki = (name: string) => readFileSync(join(server.dataDir, 'pki', name), 'utf8').trim();
  expect(data).toEqual({
    'client-ca-file': `${pki('ca.crt')}\n`,
    'requestheader-client-ca-file': `${pki('front-proxy-ca.crt')}\n`,
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-username-headers': '["X-Remote-User"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
  });
});
