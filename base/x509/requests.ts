import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { Pkcs10CertificateRequest } from '@peculiar/x509';
import { pemBlocks } from '../pem.ts';
import type { AltName, CertificateRequest, Subject, SubjectAltNames } from './certificate.ts';
import { altNamesOf, subjectName } from './issuing.ts';
import { P256 } from './keys.ts';
import { x509 } from './library.ts';

/** Makes a request, PEM, for a private key on P-256 (PEM). Its subject and names are what the certificate should have. */
export async function createRequest(key: string, subject: Subject, sans: SubjectAltNames): Promise<string> {
  const keys = {
    privateKey: createPrivateKey(key).toCryptoKey(P256, false, ['sign']),
    publicKey: createPublicKey(key).toCryptoKey(P256, true, ['verify']),
  };
  const altNames = altNamesOf(sans);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectName(subject),
    keys,
    signingAlgorithm: P256,
    extensions: altNames.length > 0 ? [new x509.SubjectAlternativeNameExtension([...altNames])] : [],
  });
  return `${request.toString('pem')}\n`;
}

/**
 * Reads the first block of a PEM text as a request.
 * @throws Error in upstream's words if it is none.
 */
export async function parseRequest(pem: string): Promise<CertificateRequest> {
  const [block] = pemBlocks(pem);
  if (block?.type !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  try {
    const request = new x509.Pkcs10CertificateRequest(Buffer.from(block.data, 'base64'));
    const { subjectName: name } = request;
    return {
      commonName: name.getField('CN').at(-1) ?? '',
      organizations: name.getField('O'),
      altNames: supportedNames(request.extensions.find((extension) => extension instanceof x509.SubjectAlternativeNameExtension)?.names.items ?? []),
      subject: name.toArrayBuffer(),
      publicKey: request.publicKey.rawData,
      signatureFault: await signatureFault(request),
    };
  } catch (error) {
    throw new Error(`x509: malformed certificate request: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function signatureFault(request: Pkcs10CertificateRequest): Promise<string | undefined> {
  if (await request.verify().catch(() => false)) return undefined;
  const { name: algorithm } = request.publicKey.algorithm;
  return algorithm.startsWith('RSA') ? 'crypto/rsa: verification error' : `x509: ${algorithm === 'ECDSA' ? 'ECDSA' : 'Ed25519'} verification failure`;
}

const TYPES: ReadonlySet<string> = new Set<AltName['type']>(['dns', 'ip', 'email', 'url']);
const isAltName = (name: { readonly type: string; readonly value: string }): name is AltName => TYPES.has(name.type);

/** Names of other types are left out of certificates, as Go's crypto/x509 leaves them out. */
const supportedNames = (items: readonly { readonly type: string; readonly value: string }[]): AltName[] =>
  items.filter(isAltName).map(({ type, value }) => ({ type, value }));
