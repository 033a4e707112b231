import { X509Certificate } from 'node:crypto';

/** The longest chain that is followed, as in OpenSSL's default configuration. */
const MAX_DEPTH = 10;

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Reads the certificates of a PEM bundle. @throws Error naming `source` if it has none, or one that cannot be read. */
export function certificatesOf(pem: string, source: string): readonly X509Certificate[] {
  const blocks = pem.match(PEM) ?? [];
  if (blocks.length === 0) throw new Error(`${source}: there is no certificate in it (PEM is expected)`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw new Error(`${source}: certificate ${index + 1} cannot be read: ${error instanceof Error ? error.message : error}`);
    }
  });
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

const isCurrent = (certificate: X509Certificate, now: number): boolean =>
  certificate.validFromDate.getTime() <= now && now < certificate.validToDate.getTime();

/**
 * Returns whether signatures lead from a certificate to one of the roots, by way of the certificates that the client sent along. Names
 * alone do not decide: two authorities may have the same.
 */
export function leadsTo(roots: readonly X509Certificate[], certificate: X509Certificate, sent: readonly X509Certificate[], now: number): boolean {
  let current = certificate;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (roots.some((root) => isCurrent(root, now) && isIssuedBy(current, root))) return true;
    const issuer = sent.find((each) => each !== current && isCurrent(each, now) && isIssuedBy(current, each));
    if (!issuer) return false;
    current = issuer;
  }
  return false;
}
