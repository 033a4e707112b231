/**
 * The form of an encrypted value: `k8s:enc:PROVIDER:v1:KEY:` and the bytes in base64, because values are text. In etcd the bytes stand as
 * they are, as upstream writes them: a value there can be read by a kube-apiserver with the same keys, and the other way round.
 */
export interface EncryptedValue {
  /** With the last colon. */
  readonly header: string;
  readonly bytes: Buffer;
}

export const ENCRYPTED = 'k8s:enc:';
/** `k8s`, `enc`, the provider, its version and the key's name each end with one. */
const COLONS = 5;

export const isEncrypted = (value: string): boolean => value.startsWith(ENCRYPTED);

/** Returns the length of the header of an encrypted value: it is ASCII, in characters as in bytes. */
function headerLength(indexOfColon: (from: number) => number): number {
  let end = 0;
  for (let i = 0; i < COLONS; i++) {
    const at = indexOfColon(end);
    if (at < 0) return end;
    end = at + 1;
  }
  return end;
}

export const headerOf = (value: string): string =>
  value.slice(
    0,
    headerLength((from) => value.indexOf(':', from)),
  );

export function splitEncrypted(value: string): EncryptedValue {
  const header = headerOf(value);
  return { header, bytes: Buffer.from(value.slice(header.length), 'base64') };
}

export const joinEncrypted = ({ header, bytes }: EncryptedValue): string => header + bytes.toString('base64');

const COLON = 0x3a;
const PREFIX = Buffer.from(ENCRYPTED);

/** Returns the text of stored bytes: those of an encrypted value become base64. */
export function textOfBytes(bytes: Buffer): string {
  if (!PREFIX.equals(bytes.subarray(0, PREFIX.length))) return bytes.toString('utf8');
  const length = headerLength((from) => bytes.indexOf(COLON, from));
  return joinEncrypted({ header: bytes.toString('latin1', 0, length), bytes: bytes.subarray(length) });
}

/** Returns the bytes of an encrypted value as they are stored where bytes can be. */
export function bytesOfEncrypted(value: string): Buffer {
  const { header, bytes } = splitEncrypted(value);
  return Buffer.concat([Buffer.from(header, 'latin1'), bytes]);
}

/** Returns the size of an encrypted value where bytes are stored. */
export const encryptedSize = (value: string): number => Math.ceil(value.length * 0.75);
