import { X509Certificate } from 'node:crypto';
import type { Secret } from '../../api/kinds/core/secret.ts';
import type { KeyPair, SubjectAltNames } from '../../base/x509/certificate.ts';
import { createCertificateAuthority, issueServingCertificate } from '../../base/x509/certificate-authority.ts';
import { renewalTime } from '../../base/x509/renewal.ts';

/** The keys of the webhook, as the replicas share them in a Secret. All texts are PEM. */
export interface Keyring {
  readonly ca: KeyPair;
  readonly serving: KeyPair;
  /** The authorities that clients may trust: the present one first, then a former one that is still valid. */
  readonly bundle: string;
}

const AUTHORITY = 'skiff-webhook-ca';
/** The middle of the time in which certificates are renewed: four fifths of their life. */
const RENEW_AT = 0.5;
/** A new authority signs nothing until every API server has had this long to learn of it. */
const SPREAD_MS = 10 * 60_000;

const fromBase64 = (text: string | undefined): string => Buffer.from(text ?? '', 'base64').toString('utf8');
const toBase64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n?/g;
const certificatesIn = (bundle: string): string[] => bundle.match(BLOCK)?.map(String) ?? [];

/** Reads the keys of a Secret; returns undefined if some are missing or cannot be read. */
export function keyringOf({ data = {} }: Pick<Secret, 'data'>): Keyring | undefined {
  const bundle = fromBase64(data['ca.crt']);
  const [certificate = ''] = certificatesIn(bundle);
  const ring: Keyring = {
    ca: { certificate, key: fromBase64(data['ca.key']) },
    serving: { certificate: fromBase64(data['tls.crt']), key: fromBase64(data['tls.key']) },
    bundle,
  };
  const isWhole = [ring.ca.certificate, ring.ca.key, ring.serving.certificate, ring.serving.key].every((text) => text.includes('-----BEGIN '));
  return isWhole && isReadable(ring.ca.certificate) && isReadable(ring.serving.certificate) ? ring : undefined;
}

/** Returns the data of the Secret that holds the keys. */
export const keyringData = ({ ca, serving, bundle }: Keyring): Record<string, string> => ({
  'ca.crt': toBase64(bundle),
  'ca.key': toBase64(ca.key),
  'tls.crt': toBase64(serving.certificate),
  'tls.key': toBase64(serving.key),
});

function isReadable(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).validToDate !== undefined;
  } catch {
    return false;
  }
}

const isDue = (certificate: string, now: number): boolean => renewalTime(certificate, RENEW_AT) <= now;

function coversAll(certificate: X509Certificate, { names, ips }: SubjectAltNames): boolean {
  return names.every((name) => certificate.checkHost(name) !== undefined) && ips.every((ip) => certificate.checkIP(ip) !== undefined);
}

/** Whether the serving certificate must be issued anew: it is due, lacks a name, or is of a former authority. */
function needsServing({ ca, serving }: Keyring, names: SubjectAltNames, now: number): boolean {
  const certificate = new X509Certificate(serving.certificate);
  if (isDue(serving.certificate, now) || !coversAll(certificate, names)) return true;
  const authority = new X509Certificate(ca.certificate);
  return !certificate.verify(authority.publicKey) && now - authority.validFromDate.getTime() > SPREAD_MS;
}

/**
 * Returns the keys to use from now on; the same object if nothing is due. A new authority joins the bundle first and signs later, so that no API
 * server meets a certificate of an authority that it does not know yet.
 * @param now milliseconds since the epoch
 */
export async function renewedKeyring(ring: Keyring | undefined, names: SubjectAltNames, now: number): Promise<Keyring> {
  if (!ring || new X509Certificate(ring.ca.certificate).validToDate.getTime() <= now) {
    const ca = await createCertificateAuthority(AUTHORITY, { now });
    return { ca, serving: await issue(ca, names, now), bundle: ca.certificate };
  }
  if (isDue(ring.ca.certificate, now)) {
    const ca = await createCertificateAuthority(AUTHORITY, { now });
    return { ...ring, ca, bundle: `${ca.certificate}${ring.ca.certificate}` };
  }
  return needsServing(ring, names, now) ? { ...ring, serving: await issue(ring.ca, names, now) } : ring;
}

const issue = (ca: KeyPair, names: SubjectAltNames, now: number): Promise<KeyPair> =>
  issueServingCertificate(ca, { commonName: names.names[0] ?? names.ips[0] ?? AUTHORITY }, names, { now });
