import { X509Certificate } from 'node:crypto';
import { readKeyFile } from '../../apiserver/pki/key-files.ts';
import { replaceFile } from '../../base/kept-file.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';

const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*-----END [A-Z ]*PRIVATE KEY-----\n?/;

/** Keeps a certificate and its key in one file, as kubelet does, so that both are replaced at once. */
export const writePair = (path: string, { certificate, key }: KeyPair): Promise<void> => replaceFile(path, `${certificate}${key}`);

/** Reads a pair that still holds at `now` (milliseconds). Returns undefined if there is none, or it is damaged or expired. */
export async function readPair(path: string, now: number): Promise<KeyPair | undefined> {
  const text = (await readKeyFile(path)) ?? '';
  const [key] = KEY.exec(text) ?? [];
  return key === undefined ? undefined : validPair({ certificate: text.replace(KEY, ''), key }, now);
}

/** Returns the pair if it is one and holds at `now`. */
export function validPair(pair: KeyPair, now: number): KeyPair | undefined {
  try {
    return new X509Certificate(pair.certificate).validToDate.getTime() > now ? pair : undefined;
  } catch {
    return undefined;
  }
}
