import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Counter, Registry } from 'prom-client';
import { systemClock } from '../../base/clock.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import { createCertificateAuthority } from '../../base/x509/certificate-authority.ts';
import type { PathAccess } from './metrics-access.ts';
import type { SecureMetricsServer } from './secure-metrics-server.ts';
import { serveSecureMetrics } from './secure-metrics-server.ts';

let server: SecureMetricsServer | undefined;
afterEach(() => server?.close());

const access: PathAccess = async (token, verb, path) => {
  if (token !== 'good') return { code: 401, message: 'Unauthorized' };
  return verb === 'get' && path === '/metrics' ? undefined : { code: 403, message: 'Authorization denied for user x' };
};
const pairOf = (name: string): Promise<KeyPair> => createCertificateAuthority(name, { now: systemClock.now() });

function get(path: string, token?: string) {
  return new Promise<{ status: number | undefined; text: string; issuer: string }>((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    request({ host: '127.0.0.1', port: server?.port, path, headers, rejectUnauthorized: false, agent: false }, (response) => {
      const { raw } = (response.socket as TLSSocket).getPeerCertificate();
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode, text, issuer: new X509Certificate(raw).subject }));
    })
      .on('error', reject)
      .end();
  });
}

async function start(): Promise<void> {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc(3);
  const documents = new Map([['/metrics', async () => ({ contentType: registry.contentType, parts: [await registry.metrics()] })]]);
  server = await serveSecureMetrics({ port: 0, documents, access, pair: await pairOf('first') });
}

describe('metrics over TLS', () => {
  it('are served to those whom the cluster lets in', async () => {
    await start();
    expect(await get('/metrics', 'good')).toMatchObject({ status: 200, text: expect.stringContaining('things_total 3'), issuer: 'CN=first' });
  });

  it('are refused to others, before a path is looked up', async () => {
    await start();
    expect(await get('/metrics')).toMatchObject({ status: 401, text: 'Unauthorized\n' });
    expect(await get('/nothing')).toMatchObject({ status: 401 });
    expect(await get('/nothing', 'good')).toMatchObject({ status: 403, text: 'Authorization denied for user x\n' });
  });

  it('are served with a new certificate once there is one', async () => {
    await start();
    server?.use(await pairOf('second'));
    expect(await get('/metrics', 'good')).toMatchObject({ status: 200, issuer: 'CN=second' });
  });
});
