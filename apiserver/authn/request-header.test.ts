import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import { createCertificateAuthority, issueClientCertificate } from '../../base/x509/certificate-authority.ts';
import type { ApiRequest, Connection } from '../contract/request.ts';
import { clientCertificates } from './client-certificate.ts';
import { requestHeaders } from './request-header.ts';

const clock = createFakeClock();
const now = clock.now();
let proxyCa: KeyPair;
let clientCa: KeyPair;
/** Of the same name as the proxies' authority, with another key. */
let forgedCa: KeyPair;

beforeAll(async () => {
  [proxyCa, clientCa, forgedCa] = await Promise.all([
    createCertificateAuthority('front-proxy-ca', { now }),
    createCertificateAuthority('kubernetes', { now }),
    createCertificateAuthority('front-proxy-ca', { now }),
  ]);
});

async function connectionOf(ca: KeyPair, commonName: string, days?: number): Promise<Connection> {
  const pair = await issueClientCertificate(
    ca,
    { commonName, organizations: ['system:masters'] },
    { now, ...(days ? { lifeMs: days * 86_400_000 } : {}) },
  );
  return { remoteAddress: '10.0.0.1', clientCertificate: new X509Certificate(pair.certificate).raw };
}

function request(connection: Connection | undefined, headers: Record<string, string | string[]>): ApiRequest {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat()] as const);
  return {
    method: 'GET',
    path: '/api',
    query: new URLSearchParams(),
    headers: Object.fromEntries(lower.map(([name, values]) => [name, values.join(', ')])),
    rawHeaders: lower.flatMap(([name, values]) => values.flatMap((value) => [name, value])),
    signal: new AbortController().signal,
    ...(connection ? { connection } : {}),
  };
}

const options = {
  allowedNames: ['front-proxy-client'],
  usernameHeaders: ['X-Remote-User', 'X-User'],
  uidHeaders: ['X-Remote-Uid'],
  groupHeaders: ['X-Remote-Group'],
  extraHeaderPrefixes: ['X-Remote-Extra-'],
};
const identify = (asked: ApiRequest, more: Partial<typeof options> = {}) =>
  requestHeaders({ ...options, ...more, roots: [new X509Certificate(proxyCa.certificate)] })(asked, now);
const HEADERS = { 'X-Remote-User': 'jane', 'X-Remote-Group': ['dev', 'a, system:masters'] };

describe('headers that name a user count', () => {
  it.each<[string, Record<string, string | string[]>, object | undefined]>([
    ['user and groups, a group with a comma as one', HEADERS, { name: 'jane', groups: ['dev', 'a, system:masters'] }],
    ['the first header with a value', { 'X-Remote-User': '', 'X-User': 'joe' }, { name: 'joe', groups: [] }],
    ['a uid', { ...HEADERS, 'X-Remote-Uid': 'u1' }, { name: 'jane', uid: 'u1', groups: ['dev', 'a, system:masters'] }],
    [
      'extra values, keys decoded',
      { 'X-Remote-User': 'jane', 'X-Remote-Extra-Scopes%2Fx': ['1', '2'], 'X-Remote-Extra-%ff': '3', 'X-Remote-Extra-__proto__': '4' },
      {
        name: 'jane',
        groups: [],
        extra: Object.fromEntries([
          ['scopes/x', ['1', '2']],
          ['%ff', ['3']],
          ['__proto__', ['4']],
        ]),
      },
    ],
    ['names in UTF-8', { 'X-Remote-User': Buffer.from('zoë').toString('latin1') }, { name: 'zoë', groups: [] }],
    ['bytes that are no UTF-8', { 'X-Remote-User': 'a\u00ff' }, { name: 'a\ufffd', groups: [] }],
    ['not without a user', { 'X-Remote-Group': 'dev' }, undefined],
  ])('%s', async (_, headers, user) => {
    expect(identify(request(await connectionOf(proxyCa, 'front-proxy-client'), headers))).toEqual(user);
  });

  it('and are removed, so that nothing behind sees them', async () => {
    const asked = request(await connectionOf(proxyCa, 'front-proxy-client'), { ...HEADERS, 'X-Remote-Extra-A': '1', Accept: 'x' });
    expect(identify(asked)?.name).toBe('jane');
    expect(asked.headers).toEqual({ accept: 'x' });
  });
});

describe('headers that name a user are not heeded', () => {
  it.each<[string, () => Promise<Connection | undefined>]>([
    ['without a certificate', async () => ({ remoteAddress: '', clientCertificate: undefined })],
    ['without a connection', async () => undefined],
    ['from a certificate of the client authority', () => connectionOf(clientCa, 'front-proxy-client')],
    ['from an authority that has only the name', () => connectionOf(forgedCa, 'front-proxy-client')],
    ['from a proxy of another name', () => connectionOf(proxyCa, 'other')],
  ])('%s', async (_, connection) => {
    const asked = request(await connection(), HEADERS);
    expect(identify(asked)).toBeUndefined();
    expect(asked.headers['x-remote-user']).toBe('jane');
  });

  it('from a certificate that has expired', async () => {
    const connection = await connectionOf(proxyCa, 'front-proxy-client', 1);
    const later = requestHeaders({ ...options, roots: [new X509Certificate(proxyCa.certificate)] });
    expect(later(request(connection, HEADERS), now + 2 * 86_400_000)).toBeUndefined();
  });

  it('unless any name is allowed', async () => {
    expect(identify(request(await connectionOf(proxyCa, 'other'), HEADERS), { allowedNames: [] })?.name).toBe('jane');
  });
});

describe('a client certificate', () => {
  it('of the request-header authority is nobody', async () => {
    const ofClients = clientCertificates([new X509Certificate(clientCa.certificate)]);
    expect(ofClients(await connectionOf(proxyCa, 'kubernetes-admin'), now)).toBeUndefined();
    expect(ofClients(await connectionOf(clientCa, 'jane'), now)?.user).toMatchObject({ name: 'jane', groups: ['system:masters'] });
  });
});
