import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { kinds } from '../../api/kinds/index.ts';
import type { Logger } from '../../base/log.ts';
import { codecsOf, parseEncryptionConfiguration } from '../../store/encryption/configuration.ts';
import { encryptedStore } from '../../store/encryption/encrypted-store.ts';
import type { Store } from '../../store/store.ts';
import { reasonOf } from './kept-file.ts';

/** Encrypts a store as the file of `--encryption-provider-config` says. @throws Error that names the file and what is wrong with it. */
export function encryptedByFile(store: Store, file: string, log: Logger): Store {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`the encryption configuration ${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new Error(`the encryption configuration ${file} is no YAML: ${reasonOf(error)}`, { cause: error });
  }
  const configuration = parseEncryptionConfiguration(value, file);
  const codecFor = codecsOf(
    configuration,
    kinds.filter(({ storedAs }) => !storedAs),
  );
  return encryptedStore(store, { codecFor, failed: (error) => log.error({ err: error }, 'a change could not be decrypted; it was left out') });
}
