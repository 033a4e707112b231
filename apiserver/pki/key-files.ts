import type { KeyObject } from 'node:crypto';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { readIfThere } from '../../base/kept-file.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';

/** A file of keys or certificates that cannot be used. The message names the file, the fault and the remedy. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';

  constructor(path: string, fault: string, remedy: string) {
    super(`${path} ${fault}: ${remedy}`);
  }
}

/** Reads a file; returns undefined if there is none. @throws KeyFileError if it cannot be read. */
export const readKeyFile = (path: string): Promise<string | undefined> =>
  readIfThere(path).catch((error: NodeJS.ErrnoException) => {
    throw new KeyFileError(path, `cannot be read (${error.code ?? error})`, 'let the user who runs skiff read it');
  });

/** Reads a certificate (PEM). @throws KeyFileError if the text is none. */
export function certificateOf(path: string, text: string, remedy: string): X509Certificate {
  if (text.trim() === '') throw new KeyFileError(path, 'is empty', remedy);
  try {
    return new X509Certificate(text);
  } catch {
    throw new KeyFileError(path, 'is damaged: it holds no certificate in PEM', remedy);
  }
}

/** Reads a private key (PEM). @throws KeyFileError if the text is none. */
export function privateKeyOf(path: string, text: string, remedy: string): KeyObject {
  if (text.trim() === '') throw new KeyFileError(path, 'is empty', remedy);
  try {
    return createPrivateKey(text);
  } catch {
    throw new KeyFileError(path, 'is damaged: it holds no private key in PEM', remedy);
  }
}

/** Checks the texts of a pair, `NAME.crt` and `NAME.key`. @throws KeyFileError if one is damaged, or they do not belong together. */
export function pairOf(dir: string, name: string, texts: KeyPair, remedy: string): X509Certificate {
  const paths = { certificate: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
  const certificate = certificateOf(paths.certificate, texts.certificate, remedy);
  const key = privateKeyOf(paths.key, texts.key, remedy);
  if (!certificate.checkPrivateKey(key)) throw new KeyFileError(paths.key, `is not the key of ${paths.certificate}`, remedy);
  return certificate;
}
