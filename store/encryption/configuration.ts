import * as z from 'zod';
import { faultsText } from '../../base/field-path.ts';
import type { NamedKey, ValueCodec, ValueTransformer } from './providers.ts';
import { aesCbc, aesGcm, codecOf, identity } from './providers.ts';

/** Upstream's sizes of AES keys, in bytes. */
const KEY_SIZES = [16, 24, 32];

const key = z.strictObject({
  name: z
    .string()
    .min(1, 'Required value: a key needs a name')
    .refine((name) => !name.includes(':'), { error: "a key's name must not contain ':': it ends the name in stored values" }),
  secret: z
    .string()
    .min(1, 'Required value: secret, the key in base64')
    .refine((secret) => Buffer.from(secret, 'base64').toString('base64') === secret.trim(), { error: 'secrets must be base64 encoded' })
    .refine((secret) => KEY_SIZES.includes(Buffer.from(secret, 'base64').length), {
      error: `secret is not of the expected length: it must be one of ${KEY_SIZES.join(', ')} bytes before it is encoded`,
    }),
});
const aes = z.strictObject({ keys: z.array(key).min(1, 'Required value: keys') });
const refused = (name: string, why: string) => z.unknown().refine((value) => value === undefined, { error: `${name} is not supported: ${why}` });

const provider = z
  .strictObject({
    aesgcm: aes.optional(),
    aescbc: aes.optional(),
    identity: z.union([z.strictObject({}), z.null().transform(() => ({}))]).optional(),
    secretbox: refused('secretbox', 'use aesgcm').optional(),
    kms: refused('kms', 'use aesgcm with a key in this file').optional(),
  })
  .refine((value) => Object.keys(value).length === 1, { error: 'must have exactly one provider: aesgcm, aescbc or identity' });

/** The file of `--encryption-provider-config`. */
export const EncryptionConfiguration = z.strictObject({
  apiVersion: z.literal('apiserver.config.k8s.io/v1', { error: 'must be apiserver.config.k8s.io/v1' }),
  kind: z.literal('EncryptionConfiguration', { error: 'must be EncryptionConfiguration' }),
  resources: z
    .array(
      z.strictObject({
        resources: z.array(z.string().min(1)).min(1, 'Required value: resources'),
        providers: z.array(provider).min(1, 'Required value: providers'),
      }),
    )
    .min(1, 'Required value: resources'),
});
export type EncryptionConfiguration = z.output<typeof EncryptionConfiguration>;

/** Decodes a configuration. @throws Error that names the file and the wrong fields. */
export function parseEncryptionConfiguration(value: unknown, file: string): EncryptionConfiguration {
  const parsed = EncryptionConfiguration.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`the encryption configuration ${file} is invalid: ${faultsText(parsed.error.issues, '(file)')}`);
}

/** A served kind, as far as its place in the store is concerned. */
export interface StoredResource {
  readonly group: string;
  readonly plural: string;
  /** Keys begin with `/registry/<storagePrefix>/`. */
  readonly storagePrefix: string;
}

const ROOT = '/registry/';

/**
 * Returns the codec of a key by the first entry of the configuration that names its resource: `secrets`, `widgets.example.com`,
 * `*.apps`, `*.` (the core group), `*.*`. Custom resources need not be known: their keys name group and resource.
 */
export function codecsOf({ resources }: EncryptionConfiguration, known: readonly StoredResource[]): (key: string) => ValueCodec | undefined {
  const byPrefix = new Map(known.map((resource) => [resource.storagePrefix, resource]));
  const entries = resources.map(({ resources: names, providers }) => ({ names, codec: codecOf(transformersOf(providers)) }));
  const decided = new Map<string, ValueCodec | undefined>();

  function decide(folder: string): ValueCodec | undefined {
    const resource = byPrefix.get(folder) ?? customResource(folder);
    return resource && entries.find(({ names }) => names.some((name) => resourceMatches(name, resource)))?.codec;
  }

  return (key) => {
    const folder = folderOf(key, byPrefix);
    if (!decided.has(folder)) decided.set(folder, decide(folder));
    return decided.get(folder);
  };
}

/** The storage prefix in a key: known ones have one part or two (`services/specs`), those of custom resources two. */
function folderOf(key: string, known: ReadonlyMap<string, unknown>): string {
  const first = key.indexOf('/', ROOT.length);
  const second = first < 0 ? -1 : key.indexOf('/', first + 1);
  const one = key.slice(ROOT.length, first < 0 ? undefined : first);
  const two = key.slice(ROOT.length, second < 0 ? undefined : second);
  return known.has(two) || !known.has(one) ? two : one;
}

function customResource(folder: string): StoredResource | undefined {
  const [group = '', plural] = folder.split('/');
  return plural === undefined ? undefined : { group, plural, storagePrefix: folder };
}

/** Whether a name of the configuration means the resource. */
export function resourceMatches(name: string, { group, plural }: Pick<StoredResource, 'group' | 'plural'>): boolean {
  if (name === '*.*') return true;
  if (name.startsWith('*.')) return name.slice(2) === group;
  return name === (group === '' ? plural : `${plural}.${group}`);
}

const keysOf = (keys: readonly { readonly name: string; readonly secret: string }[]): NamedKey[] =>
  keys.map(({ name, secret }) => ({ name, secret: Buffer.from(secret, 'base64') }));

function transformersOf(providers: EncryptionConfiguration['resources'][number]['providers']): [ValueTransformer, ...ValueTransformer[]] {
  const all = providers.flatMap(({ aesgcm, aescbc }) => {
    if (aesgcm) return keysOf(aesgcm.keys).map(aesGcm);
    return aescbc ? keysOf(aescbc.keys).map(aesCbc) : [identity];
  });
  const [first = identity, ...rest] = all;
  return [first, ...rest];
}
