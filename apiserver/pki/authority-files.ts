import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../base/kept-file.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import { createCertificateAuthority } from '../../base/x509/certificate-authority.ts';
import { KeyFileError, pairOf, privateKeyOf, readKeyFile } from './key-files.ts';

const NEW_CLUSTER = (dir: string) =>
  `restore it from a backup. Without one, delete ${dir} and restart: the cluster gets new keys, and nodes and clients need new credentials`;

async function fileNames(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch {
    return [];
  }
}

/** A certificate authority of the cluster. */
export interface AuthorityFiles {
  /** Name of its files, without `.crt` and `.key`. */
  readonly name: string;
  readonly commonName: string;
  /** Whether a file of the directory is a certificate that it may have signed. */
  readonly signs: (file: string) => boolean;
}

/** The authority of the cluster's nodes and clients. */
export const CLUSTER_CA: AuthorityFiles = {
  name: 'ca',
  commonName: 'kubernetes',
  signs: (file) => file.endsWith('.crt') && !file.startsWith('front-proxy-'),
};
/** The authority of front proxies, and of nobody else. */
export const FRONT_PROXY_CA: AuthorityFiles = {
  name: 'front-proxy-ca',
  commonName: 'front-proxy-ca',
  signs: (file) => file === 'front-proxy-client.crt',
};

/**
 * Reads a certificate authority, `NAME.crt` and `NAME.key`; makes it if nothing in the directory was signed by it.
 * @throws KeyFileError if a file is missing, damaged or expired: a new authority would lock out everyone who has a certificate of the old one.
 */
export async function ensureAuthority(
  dir: string,
  { name, commonName, signs }: AuthorityFiles,
  { now, lifeMs }: { readonly now: number; readonly lifeMs: number | undefined },
): Promise<KeyPair> {
  const paths = { certificate: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
  const [certificate, key] = await Promise.all([readKeyFile(paths.certificate), readKeyFile(paths.key)]);
  if (certificate === undefined || key === undefined) {
    // The key is written first: alone it is what an interrupted first start has left.
    const signed = certificate !== undefined || (await fileNames(dir)).some(signs);
    if (signed) {
      const missing = certificate === undefined ? paths.certificate : paths.key;
      throw new KeyFileError(missing, 'is missing, but certificates of its authority are in use', NEW_CLUSTER(dir));
    }
    const made = await createCertificateAuthority(commonName, { now, ...(lifeMs === undefined ? {} : { lifeMs }) });
    await replaceFile(paths.key, made.key);
    await replaceFile(paths.certificate, made.certificate);
    return made;
  }
  const authority = pairOf(dir, name, { certificate, key }, NEW_CLUSTER(dir));
  if (!authority.ca) throw new KeyFileError(paths.certificate, 'is not the certificate of an authority', NEW_CLUSTER(dir));
  if (authority.validToDate.getTime() <= now) {
    throw new KeyFileError(
      paths.certificate,
      `expired on ${authority.validToDate.toISOString()}`,
      `replace it by a certificate with the same key and subject, or delete ${dir} for a new authority, which nodes and clients must be told`,
    );
  }
  return { certificate, key };
}

/**
 * Reads the key that signs service-account tokens, `sa.key`, or makes it; `sa.pub` is its public half.
 * @throws KeyFileError if it is damaged, or missing beside `sa.pub`: a new key would end every token.
 */
export async function ensureServiceAccountKey(dir: string): Promise<string> {
  const paths = { key: join(dir, 'sa.key'), publicKey: join(dir, 'sa.pub') };
  const [there, known] = await Promise.all([readKeyFile(paths.key), readKeyFile(paths.publicKey)]);
  const remedy = `restore it from a backup. Without one, delete ${paths.key} and ${paths.publicKey} and restart: all service-account tokens end`;
  if (there === undefined) {
    if (known !== undefined) throw new KeyFileError(paths.key, 'is missing, but its public half is there', remedy);
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await replaceFile(paths.key, key);
    await replaceFile(paths.publicKey, publicHalf(key));
    return key;
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = privateKeyOf(paths.key, there, remedy);
  if (type !== 'rsa' && details?.namedCurve !== 'prime256v1')
    throw new KeyFileError(paths.key, 'holds no key that signs tokens (RSA, or ECDSA on P-256)', remedy);
  if (known === undefined) await replaceFile(paths.publicKey, publicHalf(there));
  return there;
}

const publicHalf = (key: string): string => createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
