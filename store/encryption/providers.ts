import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ENCRYPTED, headerOf, isEncrypted, joinEncrypted, splitEncrypted } from '../encrypted-value.ts';

/** A way to store values, with one key. */
export interface ValueTransformer {
  /** The beginning of the values that it has stored; empty: plain text. */
  readonly header: string;
  /** For messages: the provider and its key. */
  readonly name: string;
  /** `path` is the object's key in the store: it is authenticated, so that no value can be put in another one's place. */
  encrypt(value: string, path: string): string;
  /** @throws Error if the value was not stored with this key, or under another path. */
  decrypt(value: string, path: string): string;
}

export interface NamedKey {
  readonly name: string;
  readonly secret: Buffer;
}

/** Stores values as they are. */
export const identity: ValueTransformer = { header: '', name: 'identity', encrypt: (value) => value, decrypt: (value) => value };

const NONCE = 12;
const TAG = 16;

/** AES in Galois counter mode, as upstream stores it: nonce, encrypted text, tag. Nonces are random: a key is good for 2^32 writes. */
export function aesGcm({ name, secret }: NamedKey): ValueTransformer {
  const header = `${ENCRYPTED}aesgcm:v1:${name}:`;
  const algorithm = `aes-${secret.length * 8}-gcm` as 'aes-256-gcm';
  return {
    header,
    name: `aesgcm key ${name}`,
    encrypt(value, path) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(algorithm, secret, nonce).setAAD(Buffer.from(path));
      return joinEncrypted({ header, bytes: Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]) });
    },
    decrypt(value, path) {
      const { bytes } = splitEncrypted(value);
      if (bytes.length < NONCE + TAG) throw new Error('the stored data was shorter than the required size');
      const decipher = createDecipheriv(algorithm, secret, bytes.subarray(0, NONCE), { authTagLength: TAG })
        .setAAD(Buffer.from(path))
        .setAuthTag(bytes.subarray(-TAG));
      return decipher.update(bytes.subarray(NONCE, -TAG), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}

const BLOCK = 16;

/** AES in cipher block chaining mode, as upstream stores it: initialisation vector, padded text. It does not notice changes. */
export function aesCbc({ name, secret }: NamedKey): ValueTransformer {
  const header = `${ENCRYPTED}aescbc:v1:${name}:`;
  const algorithm = `aes-${secret.length * 8}-cbc`;
  return {
    header,
    name: `aescbc key ${name}`,
    encrypt(value) {
      const vector = randomBytes(BLOCK);
      const cipher = createCipheriv(algorithm, secret, vector);
      return joinEncrypted({ header, bytes: Buffer.concat([vector, cipher.update(value, 'utf8'), cipher.final()]) });
    },
    decrypt(value) {
      const { bytes } = splitEncrypted(value);
      if (bytes.length < 2 * BLOCK) throw new Error('the stored data was shorter than the required size');
      const decipher = createDecipheriv(algorithm, secret, bytes.subarray(0, BLOCK));
      return decipher.update(bytes.subarray(BLOCK), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}

/** The transformers of a resource: the first writes, all read. */
export interface ValueCodec {
  encrypt(value: string, path: string): string;
  /** `stale`: the first transformer would store it otherwise. @throws Error that names the path and the key. */
  decrypt(value: string, path: string): { readonly value: string; readonly stale: boolean };
}

export function codecOf(transformers: readonly [ValueTransformer, ...ValueTransformer[]]): ValueCodec {
  const [writer] = transformers;
  /** Upstream's words, so that its documentation can be searched for them. */
  const failure = (path: string, why: string, header: string) =>
    new Error(
      `unable to transform key "${path}": ${why} (it is stored as ${header || 'plain text'}; the configuration has ${transformers.map(({ name }) => name).join(', ')})`,
    );

  return {
    encrypt: (value, path) => writer.encrypt(value, path),
    decrypt(value, path) {
      const header = isEncrypted(value) ? headerOf(value) : '';
      const fitting = transformers.filter((transformer) => transformer.header === header);
      if (fitting.length === 0) {
        throw failure(path, header === '' ? 'no matching prefix found' : 'no matching key was found for the provided transformer', header);
      }
      let reason = '';
      for (const transformer of fitting) {
        try {
          return { value: transformer.decrypt(value, path), stale: transformer !== writer };
        } catch (error) {
          reason = error instanceof Error ? error.message : String(error);
        }
      }
      throw failure(path, `the key is another one than it was stored with, or the value was changed or moved: ${reason}`, header);
    },
  };
}
