import type { webcrypto } from 'node:crypto';
import type { Extension } from '@peculiar/x509';
import { certificateUsages } from './key-usages.ts';
import { generateKeys, loadX509, P256, privatePem, signingKeyOf } from './library.ts';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** The subject of a certificate: CN is the user, each O a group (Kubernetes' X.509 authentication). */
export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

export interface SubjectAltNames {
  readonly names: readonly string[];
  readonly ips: readonly string[];
}

interface IssueOptions {
  /** Milliseconds since the epoch from which the certificate holds. */
  readonly now: number;
  /** Life in milliseconds; default 365 days, as kubeadm issues. */
  readonly lifeMs?: number;
}

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
/** The time by which clocks of one cluster may differ. */
const BACKDATE_MS = 60_000;

export function subjectName(subject: Subject): Record<string, string[]>[] {
  return [...(subject.organizations ?? []).map((organization) => ({ O: [organization] })), { CN: [subject.commonName] }];
}

/** Makes a self-signed certificate authority: ECDSA P-256; default life ten years. */
export async function createCertificateAuthority(commonName: string, { now, lifeMs = 10 * YEAR_MS }: IssueOptions): Promise<KeyPair> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + lifeMs),
    signingAlgorithm: P256,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: commonName }]),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: privatePem(keys.privateKey) };
}

async function issue(ca: KeyPair, subject: Subject, usage: string, sans: SubjectAltNames | undefined, options: IssueOptions): Promise<KeyPair> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const certificate = await signCertificate(ca, {
    subject: new x509.Name(subjectName(subject)).toArrayBuffer(),
    publicKey: keys.publicKey,
    altNames: [
      ...(sans?.names ?? []).map((value) => ({ type: 'dns' as const, value })),
      ...(sans?.ips ?? []).map((value) => ({ type: 'ip' as const, value })),
    ],
    usages: ['digital signature', 'key encipherment', usage],
    notBefore: options.now - BACKDATE_MS,
    notAfter: options.now + (options.lifeMs ?? YEAR_MS),
  });
  return { certificate, key: privatePem(keys.privateKey) };
}

/** Issues a client certificate with a new key: CN is the user name, the organizations its groups. */
export const issueClientCertificate = (ca: KeyPair, subject: Subject, options: IssueOptions): Promise<KeyPair> =>
  issue(ca, subject, 'client auth', undefined, options);

/** Issues a serving certificate with a new key for the given DNS names and addresses. */
export const issueServingCertificate = (ca: KeyPair, subject: Subject, sans: SubjectAltNames, options: IssueOptions): Promise<KeyPair> =>
  issue(ca, subject, 'server auth', sans, options);

/** A name that a certificate holds for beside its subject. */
export interface AltName {
  readonly type: 'dns' | 'ip' | 'email' | 'url';
  readonly value: string;
}

/** The content of a certificate to be signed. */
export interface CertificateTemplate {
  /** DER of the name. */
  readonly subject: ArrayBuffer;
  /** A key, or the DER of a SubjectPublicKeyInfo. */
  readonly publicKey: webcrypto.CryptoKey | ArrayBuffer;
  readonly altNames: readonly AltName[];
  /** Usages, as a CertificateSigningRequest names them. */
  readonly usages: readonly string[];
  /** Milliseconds since the epoch; the certificate ends with its authority at the latest. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * Signs a certificate, PEM. It is never one of an authority.
 * @throws Error for an unknown usage, or if the authority's key cannot sign.
 */
export async function signCertificate(ca: KeyPair, template: CertificateTemplate): Promise<string> {
  const x509 = await loadX509();
  const authority = new x509.X509Certificate(ca.certificate);
  const { keyUsage, extended } = certificateUsages(template.usages);
  const { key: signingKey, algorithm: signingAlgorithm } = signingKeyOf(ca.key);
  const extensions: Extension[] = [new x509.BasicConstraintsExtension(false, undefined, true)];
  if (keyUsage !== 0) extensions.push(new x509.KeyUsagesExtension(keyUsage, true));
  if (extended.length > 0) extensions.push(new x509.ExtendedKeyUsageExtension([...extended]));
  extensions.push(await x509.AuthorityKeyIdentifierExtension.create(authority));
  if (template.altNames.length > 0) extensions.push(new x509.SubjectAlternativeNameExtension([...template.altNames]));
  const certificate = await x509.X509CertificateGenerator.create({
    subject: new x509.Name(template.subject),
    issuer: authority.subjectName,
    notBefore: new Date(template.notBefore),
    notAfter: new Date(Math.min(template.notAfter, authority.notAfter.getTime())),
    signingAlgorithm,
    signingKey,
    publicKey: template.publicKey,
    extensions,
  });
  return `${certificate.toString('pem')}\n`;
}
