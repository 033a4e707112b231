import { createPrivateKey, createPublicKey, KeyObject, type webcrypto } from 'node:crypto';
import type { Extension } from '@peculiar/x509';

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
  /** Life in days; default 365, as kubeadm issues. */
  readonly days?: number;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/**
 * Loads the X.509 library. It costs about 90 ms and 22 MB: it is imported when something is to be issued, and a second start issues nothing.
 * It needs the Reflect metadata API to be there first.
 */
async function loadX509() {
  await import('reflect-metadata/lite');
  return await import('@peculiar/x509');
}

const privatePem = (key: webcrypto.CryptoKey): string => KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
const generateKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

function subjectName(subject: Subject): Record<string, string[]>[] {
  return [...(subject.organizations ?? []).map((organization) => ({ O: [organization] })), { CN: [subject.commonName] }];
}

/** Makes a self-signed certificate authority: ECDSA P-256, ten years. */
export async function createCertificateAuthority(commonName: string, options: IssueOptions): Promise<KeyPair> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    notBefore: new Date(options.now - 60_000),
    notAfter: new Date(options.now + (options.days ?? 3650) * DAY_MS),
    signingAlgorithm: ALGORITHM,
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

async function sign(
  ca: KeyPair,
  subject: Subject,
  publicKey: webcrypto.CryptoKey,
  usages: readonly string[],
  sans: SubjectAltNames | undefined,
  options: IssueOptions,
): Promise<string> {
  const x509 = await loadX509();
  const authority = new x509.X509Certificate(ca.certificate);
  const signingKey = createPrivateKey(ca.key).toCryptoKey(ALGORITHM, false, ['sign']);
  const extensions: Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
    new x509.ExtendedKeyUsageExtension([...usages]),
    await x509.AuthorityKeyIdentifierExtension.create(authority),
  ];
  if (sans && sans.names.length + sans.ips.length > 0) {
    extensions.push(
      new x509.SubjectAlternativeNameExtension([
        ...sans.names.map((value) => ({ type: 'dns' as const, value })),
        ...sans.ips.map((value) => ({ type: 'ip' as const, value })),
      ]),
    );
  }
  const certificate = await x509.X509CertificateGenerator.create({
    subject: subjectName(subject),
    issuer: authority.subject,
    notBefore: new Date(options.now - 60_000),
    notAfter: new Date(Math.min(options.now + (options.days ?? 365) * DAY_MS, authority.notAfter.getTime())),
    signingAlgorithm: ALGORITHM,
    signingKey,
    publicKey,
    extensions,
  });
  return `${certificate.toString('pem')}\n`;
}

/** Issues a client certificate with a new key: CN is the user name, the organizations its groups. */
export async function issueClientCertificate(ca: KeyPair, subject: Subject, options: IssueOptions): Promise<KeyPair> {
  const keys = await generateKeys();
  return { certificate: await sign(ca, subject, keys.publicKey, [CLIENT_AUTH], undefined, options), key: privatePem(keys.privateKey) };
}

/** Issues a serving certificate with a new key for the given DNS names and addresses. */
export async function issueServingCertificate(ca: KeyPair, subject: Subject, sans: SubjectAltNames, options: IssueOptions): Promise<KeyPair> {
  const keys = await generateKeys();
  return { certificate: await sign(ca, subject, keys.publicKey, [SERVER_AUTH], sans, options), key: privatePem(keys.privateKey) };
}

/** The uses and names of a certificate. */
export interface SigningOptions extends IssueOptions {
  readonly usages: readonly ('client' | 'server')[];
  readonly sans?: SubjectAltNames;
}

/**
 * Signs the P-256 public key of a PKCS#10 request (PEM) whose signature proves possession; the subject and names are the caller's,
 * never the request's.
 * @throws Error if the request's signature does not verify.
 */
export async function signCertificateRequest(ca: KeyPair, requestPem: string, subject: Subject, options: SigningOptions): Promise<string> {
  const x509 = await loadX509();
  const request = new x509.Pkcs10CertificateRequest(requestPem);
  if (!(await request.verify())) throw new Error('the certificate request is not signed with its own key');
  const publicKey = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
  const usages = options.usages.map((usage) => (usage === 'client' ? CLIENT_AUTH : SERVER_AUTH));
  return sign(ca, subject, publicKey.toCryptoKey(ALGORITHM, true, ['verify']), usages, options.sans, options);
}

/** Makes a PKCS#10 request with a new key, by which an agent asks for a certificate. */
export async function createCertificateRequest(subject: Subject): Promise<{ readonly request: string; readonly key: string }> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: subjectName(subject), keys, signingAlgorithm: ALGORITHM });
  return { request: `${request.toString('pem')}\n`, key: privatePem(keys.privateKey) };
}
