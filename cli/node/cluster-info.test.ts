import { createHash, X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../base/clock.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import { createCertificateAuthority, issueServingCertificate } from '../../base/x509/certificate-authority.ts';
import { detachedSignature } from '../../controllers/identity/bootstrap-signer/plan.ts';
import { invitedAuthority, NotSignedYet, WrongCluster } from './cluster-info.ts';

const [ID, SECRET] = ['abcdef', 'abcdefghijklmnop'];
const token = `${ID}.${SECRET}`;

describe('the authority of a cluster whose server shows its own certificate alone', () => {
  let ca: KeyPair;
  let other: KeyPair;
  let data: Record<string, string> = {};
  let status = 200;
  let server = '';
  let stop = async () => {};

  beforeAll(async () => {
    const now = systemClock.now();
    ca = await createCertificateAuthority('kubernetes', { now });
    other = await createCertificateAuthority('other', { now });
    const serving = await issueServingCertificate(ca, { commonName: 'kube-apiserver' }, { names: [], ips: ['127.0.0.1'] }, { now });
    const http = createServer({ cert: serving.certificate, key: serving.key }, (request, response) => {
      response.statusCode = request.url === '/api/v1/namespaces/kube-public/configmaps/cluster-info' ? status : 404;
      response.end(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cluster-info' }, data }));
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    server = `https://127.0.0.1:${(http.address() as AddressInfo).port}`;
    stop = async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    };
  });
  afterAll(() => stop());

  const infoOf = (authority: KeyPair, secret = SECRET) => {
    const cluster = { server, 'certificate-authority-data': Buffer.from(authority.certificate).toString('base64') };
    const kubeconfig = JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters: [{ name: '', cluster }] });
    return { kubeconfig, [`jws-kubeconfig-${ID}`]: detachedSignature(kubeconfig, ID, secret) };
  };
  const certificateHash = (pair: KeyPair) => `sha256:${createHash('sha256').update(new X509Certificate(pair.certificate).raw).digest('hex')}`;
  const publicKeyHash = (pair: KeyPair) => {
    const key = new X509Certificate(pair.certificate).publicKey.export({ type: 'spki', format: 'der' });
    return `sha256:${createHash('sha256').update(key).digest('hex')}`;
  };

  it.each([
    ['of its certificate', certificateHash],
    ['of its public key, as kubeadm prints it', publicKeyHash],
  ])('is that of cluster-info, if the token has signed it and it has the hash %s', async (_, hash) => {
    data = infoOf(ca);
    expect(await invitedAuthority({ server, token, caHash: hash(ca) })).toBe(ca.certificate);
  });

  it.each([
    ['is signed with another token', () => infoOf(ca, 'ponmlkjihgfedcba')],
    ['names an authority of another hash', () => infoOf(other)],
    ['is not there', () => ({})],
  ])('is not believed where cluster-info %s', async (_, published) => {
    data = published();
    await expect(invitedAuthority({ server, token, caHash: certificateHash(ca) })).rejects.toThrow(WrongCluster);
  });

  it('may be signed later, where the controller that signs has not come to it', async () => {
    data = { kubeconfig: infoOf(ca).kubeconfig };
    await expect(invitedAuthority({ server, token, caHash: certificateHash(ca) })).rejects.toThrow(NotSignedYet);
  });

  it('is asked for again where the server could not answer', async () => {
    status = 503;
    await expect(invitedAuthority({ server, token, caHash: certificateHash(ca) })).rejects.not.toThrow(WrongCluster);
    status = 200;
  });
});
