import { describe, expect, it } from '@jest/globals';
import { codecsOf, parseEncryptionConfiguration } from '../../store/encryption/configuration.ts';
import { encryptedStore } from '../../store/encryption/encrypted-store.ts';
import { createMemoryStore } from '../../store/memory.ts';
import type { Store } from '../../store/store.ts';
import { startTestServer } from '../test-server.fixture.ts';

const SECRETS = '/api/v1/namespaces/default/secrets';
const KEY = '/registry/secrets/default/s';
const MERGE = { 'content-type': 'application/merge-patch+json' };

function encryptedWith(inner: Store, ...keys: [string, number][]): Store {
  const aesgcm = { keys: keys.map(([name, byte]) => ({ name, secret: Buffer.alloc(32, byte).toString('base64') })) };
  const configuration = parseEncryptionConfiguration(
    {
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'EncryptionConfiguration',
      resources: [{ resources: ['secrets'], providers: [{ aesgcm }, { identity: {} }] }],
    },
    'FILE',
  );
  const known = [{ group: '', plural: 'secrets', storagePrefix: 'secrets' }];
  return encryptedStore(inner, { codecFor: codecsOf(configuration, known), failed: () => {} });
}

describe('a server over an encrypted store', () => {
  it('serves, and stores anew by a patch that changes nothing what another key has encrypted, once', async () => {
    const inner = createMemoryStore();
    const first = await startTestServer({ store: inner });
    await first.ask('POST', SECRETS, { body: { metadata: { name: 's' }, data: { k: 'dg==' } } });
    await first.stop();
    for (const keys of [
      [['one', 1]],
      [
        ['two', 2],
        ['one', 1],
      ],
    ] as [string, number][][]) {
      const server = await startTestServer({ store: encryptedWith(inner, ...keys) });
      const { json: before } = await server.ask('GET', `${SECRETS}/s`);
      expect(before.data).toEqual({ k: 'dg==' });
      const patch = async () => (await server.ask('PATCH', `${SECRETS}/s`, { body: {}, headers: MERGE })).json;
      const rewritten = await patch();
      expect((await inner.get(KEY))?.value).toMatch(new RegExp(`^k8s:enc:aesgcm:v1:${keys[0]?.[0]}:`));
      expect(rewritten.metadata.resourceVersion).not.toBe(before.metadata.resourceVersion);
      expect({ ...rewritten.metadata, resourceVersion: '' }).toEqual({ ...before.metadata, resourceVersion: '' });
      expect((await patch()).metadata.resourceVersion).toBe(rewritten.metadata.resourceVersion);
      expect((await server.ask('GET', SECRETS)).json.items).toHaveLength(1);
      await server.stop();
    }
    const wrong = startTestServer({ store: encryptedWith(inner, ['two', 9]) });
    await expect(wrong).rejects.toThrow(`unable to transform key "${KEY}"`);
    await expect(wrong).rejects.toThrow('k8s:enc:aesgcm:v1:two:');
  });
});

describe('a stored object that cannot be read', () => {
  it.each([
    ['{"kind":"Secret",', 'JSON'],
    ['[]', 'it is not a JSON object'],
    ['{"metadata":"x"}', 'its metadata is not an object'],
  ])('keeps the server from starting, and is named with what to do: %s', async (value, why) => {
    const store = createMemoryStore();
    await store.create(KEY, value);
    const start = startTestServer({ store });
    await expect(start).rejects.toThrow(`the stored object ${KEY} (revision 2) cannot be read: `);
    await expect(start).rejects.toThrow(why);
    await expect(start).rejects.toThrow(`'skiff store delete ${KEY}'`);
  });

  it('is left out if another server writes it meanwhile; the others are served on', async () => {
    const store = createMemoryStore();
    const server = await startTestServer({ store });
    await store.create(KEY, '{"kind":');
    expect((await server.ask('POST', SECRETS, { body: { metadata: { name: 't' } } })).status).toBe(201);
    expect((await server.ask('GET', SECRETS)).json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['t']);
    await server.stop();
  });
});
