import { createPrivateKey, KeyObject, type webcrypto } from 'node:crypto';

/** The kind of key that skiff makes: ECDSA on P-256. */
export const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export const privatePem = (key: webcrypto.CryptoKey): string => KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();

/** DER of the SubjectPublicKeyInfo. */
export const spkiOf = (key: webcrypto.CryptoKey): ArrayBuffer => new Uint8Array(KeyObject.from(key).export({ type: 'spki', format: 'der' })).buffer;

export const generateKeys = () => crypto.subtle.generateKey(P256, true, ['sign', 'verify']);

const CURVES: Readonly<Record<string, { readonly namedCurve: string; readonly hash: string }>> = {
  prime256v1: { namedCurve: 'P-256', hash: 'SHA-256' },
  secp384r1: { namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { namedCurve: 'P-521', hash: 'SHA-512' },
};

/** A private key and the algorithm that it signs with. */
export interface SigningKey {
  readonly key: webcrypto.CryptoKey;
  readonly algorithm: { readonly name: string; readonly hash: string; readonly namedCurve?: string };
}

/**
 * Reads a private key (PEM): ECDSA on a NIST curve, or RSA, which signs by PKCS #1 v1.5 with SHA-256 as Go does.
 * @throws Error if the text is no such key.
 */
export function signingKeyOf(pem: string): SigningKey {
  const key = createPrivateKey(pem);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const curve = CURVES[details?.namedCurve ?? ''];
  const algorithm =
    type === 'ec' && curve ? { name: 'ECDSA', ...curve } : type === 'rsa' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : undefined;
  if (!algorithm) throw new Error(`a ${type} key cannot sign certificates: it must be RSA, or ECDSA on P-256, P-384 or P-521`);
  return { key: key.toCryptoKey(algorithm, false, ['sign']), algorithm };
}
