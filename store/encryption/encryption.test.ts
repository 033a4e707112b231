import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { bytesOfEncrypted, textOfBytes } from '../encrypted-value.ts';
import { createMemoryStore } from '../memory.ts';
import type { Store, StoreEvent } from '../store.ts';
import type { StoreError } from '../store-error.ts';
import { codecsOf, parseEncryptionConfiguration } from './configuration.ts';
import { encryptedStore } from './encrypted-store.ts';
import { aesCbc, aesGcm } from './providers.ts';

const secret = (byte: number, length = 32) => Buffer.alloc(length, byte).toString('base64');
const KNOWN = [
  { group: '', plural: 'secrets', storagePrefix: 'secrets' },
  { group: '', plural: 'configmaps', storagePrefix: 'configmaps' },
  { group: '', plural: 'services', storagePrefix: 'services/specs' },
  { group: 'apps', plural: 'deployments', storagePrefix: 'deployments' },
];
const file = (resources: unknown) => ({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'EncryptionConfiguration', resources });
const gcm = (...keys: [string, number][]) => ({ aesgcm: { keys: keys.map(([name, byte]) => ({ name, secret: secret(byte) })) } });

const failures: StoreError[] = [];
function storeWith(inner: Store, resources: string[], ...providers: object[]): Store {
  const codecFor = codecsOf(parseEncryptionConfiguration(file([{ resources, providers }]), 'FILE'), KNOWN);
  return encryptedStore(inner, { codecFor, failed: (error) => void failures.push(error) });
}

const SECRET = '/registry/secrets/n/s';
const PLAIN = '{"kind":"Secret","data":{"k":"ÄÖ€💥"}}';

describe('an encrypted store', () => {
  it('keeps values of the chosen resources in upstream’s form, and no others', async () => {
    const inner = createMemoryStore();
    const store = storeWith(inner, ['secrets'], gcm(['key1', 1]));
    await store.create(SECRET, PLAIN);
    await store.create('/registry/configmaps/n/c', '{}');
    const stored = (await inner.get(SECRET))?.value ?? '';
    expect(stored).toMatch(/^k8s:enc:aesgcm:v1:key1:[A-Za-z0-9+/]+=*$/);
    const bytes = bytesOfEncrypted(stored);
    expect(bytes.toString('latin1', 0, 23)).toBe('k8s:enc:aesgcm:v1:key1:');
    expect(bytes.length).toBe(23 + 12 + Buffer.byteLength(PLAIN) + 16);
    expect(textOfBytes(bytes)).toBe(stored);
    expect((await inner.get('/registry/configmaps/n/c'))?.value).toBe('{}');
    expect((await store.get(SECRET))?.value).toBe(PLAIN);
    await store.create('/registry/secrets/n/t', PLAIN);
    expect((await inner.get('/registry/secrets/n/t'))?.value).not.toBe(stored);
  });

  it('reads what a kube-apiserver has written', async () => {
    const nonce = Buffer.alloc(12, 5);
    const cipher = createCipheriv('aes-256-gcm', Buffer.alloc(32, 1), nonce).setAAD(Buffer.from(SECRET));
    const sealed = Buffer.concat([cipher.update(PLAIN), cipher.final(), cipher.getAuthTag()]);
    const inner = createMemoryStore();
    await inner.create(SECRET, textOfBytes(Buffer.concat([Buffer.from('k8s:enc:aesgcm:v1:key1:'), nonce, sealed])));
    expect((await storeWith(inner, ['secrets'], gcm(['key1', 1])).get(SECRET))?.value).toBe(PLAIN);
  });

  it('knows what a write would store otherwise, until it has been written', async () => {
    const inner = createMemoryStore();
    await storeWith(inner, ['secrets'], gcm(['old', 1])).create(SECRET, PLAIN);
    await inner.create('/registry/secrets/n/plain', PLAIN);
    const store = storeWith(inner, ['secrets'], gcm(['new', 2], ['old', 1]), { identity: {} });
    const { items } = await store.list('/registry/secrets/');
    expect(items.map(({ value, key, revision }) => [value, store.isStale?.(key, revision)])).toEqual([
      [PLAIN, true],
      [PLAIN, true],
    ]);
    const seen: StoreEvent[] = [];
    await store.watch('/registry/', 3, ({ events }) => seen.push(...events), new AbortController().signal);
    const written = await store.update(SECRET, PLAIN, 2);
    expect(written.ok && store.isStale?.(SECRET, written.revision)).toBe(false);
    expect((await inner.get(SECRET))?.value).toMatch(/^k8s:enc:aesgcm:v1:new:/);
    expect(seen).toMatchObject([{ type: 'put', value: PLAIN, previous: { value: PLAIN, revision: 2 } }]);
    expect(store.isStale?.('/registry/secrets/n/plain', 3)).toBe(true);
  });

  const wrong: [string, (inner: Store) => Promise<unknown>, object[], RegExp][] = [
    [
      'another key of the same name',
      (inner) => storeWith(inner, ['secrets'], gcm(['key1', 9])).create(SECRET, PLAIN),
      [gcm(['key1', 1])],
      /the key is another one than it was stored with.*k8s:enc:aesgcm:v1:key1:/,
    ],
    [
      'a key that is not configured',
      (inner) => storeWith(inner, ['secrets'], gcm(['gone', 1])).create(SECRET, PLAIN),
      [gcm(['key1', 1]), { identity: {} }],
      /no matching key was found.*k8s:enc:aesgcm:v1:gone:.*aesgcm key key1, identity/,
    ],
    ['plain text without identity', (inner) => inner.create(SECRET, PLAIN), [gcm(['key1', 1])], /no matching prefix found .*plain text/],
    [
      'a value from another place',
      async (inner) => {
        await storeWith(inner, ['secrets'], gcm(['key1', 1])).create('/registry/secrets/n/other', PLAIN);
        await inner.create(SECRET, (await inner.get('/registry/secrets/n/other'))?.value ?? '');
      },
      [gcm(['key1', 1])],
      /the value was changed or moved/,
    ],
  ];
  it.each(wrong)('names the object and the key of %s', async (_, prepare, providers, message) => {
    const inner = createMemoryStore();
    await prepare(inner);
    const store = storeWith(inner, ['secrets'], ...providers);
    const named = expect.objectContaining({ name: 'StoreError', fault: 'Damaged', message: expect.stringMatching(message) });
    await expect(store.get(SECRET)).rejects.toEqual(named);
    await expect(store.get(SECRET)).rejects.toThrow('unable to transform key "/registry/secrets/n/s"');
    await expect(store.list('/registry/secrets/')).rejects.toEqual(named);
  });

  it('leaves a change that it cannot read out of a watch, and is not healthy until it can', async () => {
    const inner = createMemoryStore();
    const store = storeWith(inner, ['secrets'], gcm(['key1', 1]));
    const keys: string[] = [];
    await store.watch('/registry/', 1, ({ events }) => keys.push(...events.map(({ type, key }) => `${type} ${key}`)), new AbortController().signal);
    await storeWith(inner, ['secrets'], gcm(['theirs', 3])).create(SECRET, PLAIN);
    await store.create('/registry/secrets/n/t', PLAIN);
    expect(keys).toEqual(['put /registry/secrets/n/t']);
    expect(failures.at(-1)?.message).toContain(SECRET);
    await expect(store.probe()).rejects.toThrow(SECRET);
    await inner.delete(SECRET, 2);
    expect(keys.at(-1)).toBe(`delete ${SECRET}`);
    await store.probe();
  });

  it('stores with AES-CBC as upstream does', () => {
    const { header, encrypt, decrypt } = aesCbc({ name: 'k', secret: Buffer.alloc(16, 1) });
    const stored = encrypt(PLAIN, SECRET);
    expect(stored.startsWith(header)).toBe(true);
    expect(header).toBe('k8s:enc:aescbc:v1:k:');
    expect(bytesOfEncrypted(stored).length).toBe(header.length + 16 + 16 * (Math.floor(Buffer.byteLength(PLAIN) / 16) + 1));
    expect(decrypt(stored, SECRET)).toBe(PLAIN);
  });

  it('takes AES keys of every size', () => {
    for (const length of [16, 24, 32]) {
      const { encrypt, decrypt } = aesGcm({ name: 'k', secret: Buffer.alloc(length, 1) });
      expect(decrypt(encrypt(PLAIN, SECRET), SECRET)).toBe(PLAIN);
    }
  });
});

describe('an encryption configuration', () => {
  it.each([
    ['secrets', '/registry/secrets/n/s', true],
    ['secrets', '/registry/configmaps/n/s', false],
    ['services', '/registry/services/specs/n/s', true],
    ['deployments.apps', '/registry/deployments/n/d', true],
    ['deployments', '/registry/deployments/n/d', false],
    ['*.apps', '/registry/deployments/n/d', true],
    ['*.apps', '/registry/secrets/n/s', false],
    ['*.', '/registry/secrets/n/s', true],
    ['*.', '/registry/deployments/n/d', false],
    ['widgets.example.com', '/registry/example.com/widgets/n/w', true],
    ['*.example.com', '/registry/example.com/widgets/w', true],
    ['gadgets.example.com', '/registry/example.com/widgets/w', false],
    ['*.*', '/registry/example.com/widgets/w', true],
    ['*.*', '/registry/secrets/n/s', true],
  ])('with %s encrypts %s: %s', (resource, key, expected) => {
    const configuration = parseEncryptionConfiguration(file([{ resources: [resource], providers: [gcm(['k', 1])] }]), 'FILE');
    expect(codecsOf(configuration, KNOWN)(key) !== undefined).toBe(expected);
  });

  it('goes by the first entry that names the resource', () => {
    const entries = [
      { resources: ['configmaps'], providers: [{ identity: {} }] },
      { resources: ['*.*'], providers: [gcm(['k', 1])] },
    ];
    const codecFor = codecsOf(parseEncryptionConfiguration(file(entries), 'FILE'), KNOWN);
    expect(codecFor('/registry/configmaps/n/c')?.encrypt('x', '')).toBe('x');
    expect(codecFor('/registry/secrets/n/c')?.encrypt('x', '')).toMatch(/^k8s:enc/);
  });

  const withProvider = (provider: unknown) => file([{ resources: ['secrets'], providers: [provider] }]);
  it.each([
    [{ ...file([]), kind: 'Pod' }, 'kind: must be EncryptionConfiguration'],
    [file([]), 'resources: Required value: resources'],
    [file([{ resources: [], providers: [{ identity: {} }] }]), 'resources[0].resources: Required value: resources'],
    [withProvider({}), 'resources[0].providers[0]: must have exactly one provider: aesgcm, aescbc or identity'],
    [withProvider({ ...gcm(['k', 1]), identity: {} }), 'must have exactly one provider'],
    [
      withProvider({ kms: { name: 'x', endpoint: 'unix:///x' } }),
      'resources[0].providers[0].kms: kms is not supported: use aesgcm with a key in this file',
    ],
    [withProvider({ secretbox: { keys: [] } }), 'secretbox is not supported: use aesgcm'],
    [withProvider({ aesgcm: { keys: [] } }), 'resources[0].providers[0].aesgcm.keys: Required value: keys'],
    [
      withProvider({ aesgcm: { keys: [{ name: 'k', secret: secret(1, 31) }] } }),
      'keys[0].secret: secret is not of the expected length: it must be one of 16, 24, 32 bytes',
    ],
    [withProvider({ aesgcm: { keys: [{ name: 'k', secret: '!' }] } }), 'keys[0].secret: secrets must be base64 encoded'],
    [withProvider({ aesgcm: { keys: [{ name: 'a:b', secret: secret(1) }] } }), "a key's name must not contain ':'"],
    ['text', '(file): '],
  ])('%j is refused by name', (value, message) => {
    expect(() => parseEncryptionConfiguration(value, '/etc/enc.yaml')).toThrow('the encryption configuration /etc/enc.yaml is invalid: ');
    expect(() => parseEncryptionConfiguration(value, '/etc/enc.yaml')).toThrow(message);
  });
});
