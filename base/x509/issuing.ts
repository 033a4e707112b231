import type { Extension } from '@peculiar/x509';
import type { AltName, CertificateTemplate, IssueOptions, KeyPair, Subject, SubjectAltNames } from './certificate.ts';
import { certificateUsages } from './key-usages.ts';
import { generateKeys, P256, privatePem, signingKeyOf, spkiOf } from './keys.ts';
import { x509 } from './library.ts';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
/** The time by which clocks of one cluster may differ. */
const BACKDATE_MS = 60_000;

export function subjectName(subject: Subject): Record<string, string[]>[] {
  return [...(subject.organizations ?? []).map((organization) => ({ O: [organization] })), { CN: [subject.commonName] }];
}

export const altNamesOf = ({ names, ips }: SubjectAltNames): readonly AltName[] => [
  ...names.map((value) => ({ type: 'dns' as const, value })),
  ...ips.map((value) => ({ type: 'ip' as const, value })),
];

/** Makes a self-signed certificate authority: ECDSA P-256; default life ten years. */
export async function createAuthority(commonName: string, { now, lifeMs = 10 * YEAR_MS }: IssueOptions): Promise<KeyPair> {
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

/** Issues a certificate with a new key for the digital signature, key encipherment and `usage`. */
export async function issue(
  ca: KeyPair,
  subject: Subject,
  usage: string,
  sans: SubjectAltNames | undefined,
  options: IssueOptions,
): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await sign(ca, {
    subject: new x509.Name(subjectName(subject)).toArrayBuffer(),
    publicKey: spkiOf(keys.publicKey),
    altNames: sans ? altNamesOf(sans) : [],
    usages: ['digital signature', 'key encipherment', usage],
    notBefore: options.now - BACKDATE_MS,
    notAfter: options.now + (options.lifeMs ?? YEAR_MS),
  });
  return { certificate, key: privatePem(keys.privateKey) };
}

/**
 * Signs a certificate, PEM. It is never one of an authority.
 * @throws Error for an unknown usage, or if the authority's key cannot sign.
 */
export async function sign(ca: KeyPair, template: CertificateTemplate): Promise<string> {
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
