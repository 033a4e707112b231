import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { JWTPayload } from 'jose';
import { exportJWK, SignJWT } from 'jose';
import { createCertificateAuthority, issueServingCertificate } from '../../../base/x509/certificate-authority.ts';

interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly pair: { readonly publicKey: import('node:crypto').KeyObject; readonly privateKey: import('node:crypto').KeyObject };
}

const makeKey = (kid: string, alg: string): IssuerKey =>
  alg === 'RS256'
    ? { kid, alg, pair: generateKeyPairSync('rsa', { modulusLength: 2048 }) }
    : { kid, alg, pair: generateKeyPairSync('ec', { namedCurve: 'P-256' }) };

/** An OpenID Connect issuer in this process, over real HTTPS on a free port. Its certificate is of an authority of its own. */
export async function startOidcIssuer() {
  const now = Date.now();
  const ca = await createCertificateAuthority('issuer-ca', { now });
  const sans = { names: ['localhost'], ips: ['127.0.0.1'] };
  const serving = await issueServingCertificate(ca, { commonName: 'localhost' }, sans, { now });
  let keys = [makeKey('k1', 'RS256')];
  const state = { down: false, requests: [] as string[], documentIssuer: '' };
  const server = createServer({ cert: serving.certificate, key: serving.key }, (request, response) => {
    const path = request.url ?? '';
    state.requests.push(path);
    const answer = async () => {
      if (state.down) return response.writeHead(503).end('down');
      if (path === '/.well-known/openid-configuration' || path === '/elsewhere') {
        return response.end(JSON.stringify({ issuer: state.documentIssuer, jwks_uri: `${state.documentIssuer}/keys` }));
      }
      const shown = await Promise.all(keys.map(async ({ kid, alg, pair }) => ({ ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' })));
      return response.end(JSON.stringify({ keys: shown }));
    };
    void answer();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.documentIssuer = url;

  return {
    url,
    ca: ca.certificate,
    state,
    /** Replaces the keys by a new one. */
    rotate(kid: string, alg = 'RS256'): void {
      keys = [makeKey(kid, alg)];
    },
    /** Signs claims with the newest key; `header` replaces parts of the header. */
    sign(claims: JWTPayload, header: { readonly kid?: string } = {}): Promise<string> {
      const [key] = keys;
      if (!key) throw new Error('the issuer has no key');
      return new SignJWT({ iss: url, aud: 'skiff', ...claims })
        .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
        .sign(key.pair.privateKey);
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

export type TestOidcIssuer = Awaited<ReturnType<typeof startOidcIssuer>>;
