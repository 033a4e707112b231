import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

const storage = { storage: '1Gi' };
const kinds: readonly [string, object, string][] = [
  [
    '/api/v1/namespaces/default/persistentvolumeclaims',
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: storage } } },
    'kubernetes.io/pvc-protection',
  ],
  [
    '/api/v1/persistentvolumes',
    { spec: { accessModes: ['ReadWriteOnce'], capacity: storage, hostPath: { path: '/data' } } },
    'kubernetes.io/pv-protection',
  ],
  ['/apis/storage.k8s.io/v1/volumeattributesclasses', { driverName: 'd.example.com', parameters: { a: 'b' } }, 'kubernetes.io/vac-protection'],
];

it.each(kinds)('new objects at %s are protected, beside the finalizers that they bring', async (path, content, finalizer) => {
  const create = async (name: string, finalizers?: string[]) => {
    const { json } = await server.ask('POST', path, { body: { metadata: { name, finalizers }, ...content } });
    return json.metadata.finalizers;
  };
  expect(await create('a')).toEqual([finalizer]);
  expect(await create('b', ['example.com/f'])).toEqual(['example.com/f', finalizer]);
  expect(await create('c', [finalizer])).toEqual([finalizer]);
});

it.each(kinds)('an update at %s may take the finalizer off, so that the object goes', async (path, content, finalizer) => {
  await server.ask('POST', path, { body: { metadata: { name: 'a' }, ...content } });
  const deleted = await server.ask('DELETE', `${path}/a`);
  expect([deleted.status, deleted.json.metadata.finalizers]).toEqual([200, [finalizer]]);
  const headers = { 'content-type': 'application/merge-patch+json' };
  expect((await server.ask('PATCH', `${path}/a`, { body: { metadata: { finalizers: null } }, headers })).status).toBe(200);
  expect((await server.ask('GET', `${path}/a`)).status).toBe(404);
});
