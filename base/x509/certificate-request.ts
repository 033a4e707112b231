import { createPrivateKey, createPublicKey } from 'node:crypto';
import { pemBlocks } from '../pem.ts';
import type { AltName, Subject, SubjectAltNames } from './certificate-authority.ts';
import { subjectName } from './certificate-authority.ts';
import { generateKeys, loadX509, P256, privatePem } from './library.ts';

/** A PKCS #10 request, read. */
export interface CertificateRequest {
  /** The last common name of the subject; empty if it has none. */
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly altNames: readonly AltName[];
  /** DER. */
  readonly subject: ArrayBuffer;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: ArrayBuffer;
  /** Returns undefined if the request is signed with the key that it is for, otherwise the fault in the words of Go's crypto/x509. */
  signatureFault(): Promise<string | undefined>;
}

/** Makes a key for a request: PEM, PKCS #8. */
export const createPrivateKeyText = async (): Promise<string> => privatePem((await generateKeys()).privateKey);

/** Makes a request, PEM, for a private key on P-256 (PEM). Its subject and names are what the certificate should have. */
export async function createCertificateRequest(key: string, subject: Subject, sans: SubjectAltNames = { names: [], ips: [] }): Promise<string> {
  const x509 = await loadX509();
  const keys = {
    privateKey: createPrivateKey(key).toCryptoKey(P256, false, ['sign']),
    publicKey: createPublicKey(key).toCryptoKey(P256, true, ['verify']),
  };
  const altNames: AltName[] = [
    ...sans.names.map((value) => ({ type: 'dns' as const, value })),
    ...sans.ips.map((value) => ({ type: 'ip' as const, value })),
  ];
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectName(subject),
    keys,
    signingAlgorithm: P256,
    extensions: altNames.length > 0 ? [new x509.SubjectAlternativeNameExtension(altNames)] : [],
  });
  return `${request.toString('pem')}\n`;
}

export const NOT_A_REQUEST = 'PEM block type must be CERTIFICATE REQUEST';

/**
 * Reads the first block of a PEM text as a request.
 * @throws Error in upstream's words if it is none.
 */
export async function parseCertificateRequest(pem: string): Promise<CertificateRequest> {
  const [block] = pemBlocks(pem);
  if (block?.type !== 'CERTIFICATE REQUEST') throw new Error(NOT_A_REQUEST);
  const x509 = await loadX509();
  try {
    const request = new x509.Pkcs10CertificateRequest(Buffer.from(block.data, 'base64'));
    const { subjectName: name } = request;
    return {
      commonName: name.getField('CN').at(-1) ?? '',
      organizations: name.getField('O'),
      altNames: altNamesOf(request.extensions.find((extension) => extension instanceof x509.SubjectAlternativeNameExtension)?.names.items ?? []),
      subject: name.toArrayBuffer(),
      publicKey: request.publicKey.rawData,
      signatureFault: async () => {
        if (await request.verify().catch(() => false)) return undefined;
        const { name: algorithm } = request.publicKey.algorithm;
        return algorithm.startsWith('RSA')
          ? 'crypto/rsa: verification error'
          : `x509: ${algorithm === 'ECDSA' ? 'ECDSA' : 'Ed25519'} verification failure`;
      },
    };
  } catch (error) {
    throw new Error(`x509: malformed certificate request: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const TYPES: ReadonlySet<string> = new Set<AltName['type']>(['dns', 'ip', 'email', 'url']);
const isAltName = (name: { readonly type: string; readonly value: string }): name is AltName => TYPES.has(name.type);

/** Names of other types are left out of certificates, as Go's crypto/x509 leaves them out. */
const altNamesOf = (items: readonly { readonly type: string; readonly value: string }[]): AltName[] =>
  items.filter(isAltName).map(({ type, value }) => ({ type, value }));
