import { createHash } from 'node:crypto';
import { connect } from 'node:tls';

/** The hash by which a joining node knows the cluster's CA. */
export const caHashOf = (der: Buffer): string => `sha256:${createHash('sha256').update(der).digest('hex')}`;

/** The certificate (PEM) of the authority behind a server, as the server presents it. It proves nothing until its hash is checked. */
export function shownAuthority(server: string): Promise<{ readonly pem: string; readonly hash: string }> {
  const { hostname, port } = new URL(server);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 443), rejectUnauthorized: false, timeout: 10_000 }, () => {
      let certificate = socket.getPeerCertificate(true);
      while (
        certificate.issuerCertificate &&
        certificate.issuerCertificate.raw !== certificate.raw &&
        certificate.issuerCertificate.fingerprint256 !== certificate.fingerprint256
      ) {
        certificate = certificate.issuerCertificate;
      }
      socket.destroy();
      const pem = `-----BEGIN CERTIFICATE-----\n${(certificate.raw.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
      resolve({ pem, hash: caHashOf(certificate.raw) });
    });
    socket.on('timeout', () => socket.destroy(new Error(`${server} does not answer`)));
    socket.on('error', reject);
  });
}
