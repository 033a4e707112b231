import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configMaps } from '../api/kinds/core/config-map.ts';
import { namespaces } from '../api/kinds/core/namespace.ts';
import { pods } from '../api/kinds/core/pod/index.ts';
import type { KubeObject } from '../api/meta/object.ts';
import { createFakeClock } from '../base/fake-clock.ts';
import type { Client, WatchEvent } from '../runtime/client/client.ts';
import type { InjectedServer } from './injected-server.fixture.ts';
import { startInjectedServer } from './injected-server.fixture.ts';

const clock = createFakeClock();
const key = { namespace: 'default', name: 'a' };

let api: InjectedServer;
let client: Client;
beforeEach(async () => {
  api = await startInjectedServer({ clock });
  client = api.server.loopback({ name: 'system:test', groups: ['system:masters'] });
});
afterEach(() => api.close());

describe('the loopback client', () => {
  it('hands out the very objects of the cache', async () => {
    const made = await client.create(configMaps, { metadata: key, data: { k: 'v' } });
    expect(await client.get(configMaps, key)).toBe(made);
    expect((await client.list(configMaps)).items[0]).toBe(made);
    expect(made.metadata.managedFields?.[0]?.manager).toBe('test');
  });

  it('keeps nothing of what it is given: shared and frozen parts may be written, and changed afterwards', async () => {
    const spec = Object.freeze({ containers: Object.freeze([Object.freeze({ name: 'c', image: 'x' })]) });
    const pod = { metadata: { namespace: 'default', name: 'p', labels: { a: 'b' } }, spec } as never;
    const made = await client.create(pods, pod);
    expect(made.spec?.containers[0]).toMatchObject({ name: 'c', terminationMessagePath: '/dev/termination-log' });
    expect(spec.containers[0]).toEqual({ name: 'c', image: 'x' });
  });

  it('goes through defaulting, validation and admission like every other client', async () => {
    await expect(client.create(configMaps, { metadata: { namespace: 'default', name: 'Not A Name' } })).rejects.toMatchObject({
      name: 'StatusError',
      code: 422,
    });
    await expect(client.create(configMaps, { metadata: { namespace: 'nowhere', name: 'a' } })).rejects.toMatchObject({ reason: 'NotFound' });
    await expect(client.get(configMaps, key)).rejects.toMatchObject({ reason: 'NotFound', message: 'configmaps "a" not found' });
  });

  it('updates, patches and deletes', async () => {
    await client.create(configMaps, { metadata: key, data: { k: 'v' } });
    const updated = await client.update(configMaps, { metadata: key, data: { k: 'w' } });
    await expect(client.update(configMaps, { metadata: { ...key, resourceVersion: '1' }, data: {} })).rejects.toMatchObject({ reason: 'Conflict' });
    const patched = await client.patch(configMaps, key, { type: 'merge', body: { data: { l: 'x' } } });
    expect([updated.data, patched.data]).toEqual([{ k: 'w' }, { k: 'w', l: 'x' }]);
    await client.delete(configMaps, key, { preconditions: { uid: patched.metadata.uid } });
    await expect(client.get(configMaps, key)).rejects.toMatchObject({ reason: 'NotFound' });
  });

  it('applies as the field manager it names', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: 'v' } };
    const made = await client.patch(configMaps, key, { type: 'apply', body }, { fieldManager: 'me' });
    expect(made.metadata.managedFields).toMatchObject([{ manager: 'me', operation: 'Apply' }]);
  });

  it('delivers events as they are applied, and bookmarks in between, until it is stopped', async () => {
    const stop = new AbortController();
    const { resourceVersion } = await client.list(configMaps);
    const events: WatchEvent<KubeObject>[] = [];
    const done = client.watch(
      configMaps,
      { namespace: 'default', resourceVersion, allowWatchBookmarks: true },
      (event) => events.push(event as never),
      stop.signal,
    );
    await clock.settle();
    const made = await client.create(configMaps, { metadata: key });
    await clock.advance(60_000);
    await client.delete(configMaps, key);
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK', 'DELETED']);
    expect(events[0]).toMatchObject({ object: made });
    stop.abort();
    await done;
    await client.create(configMaps, { metadata: key });
    expect(events).toHaveLength(3);
  });

  it('rejects a watch from a revision that is forgotten', async () => {
    await client.create(namespaces, { metadata: { name: 'b' } });
    await client.create(configMaps, { metadata: key });
    api.close();
    await api.store.compact(await api.store.revision());
    api = await startInjectedServer({ clock, store: api.store, namespaces: [] });
    const anew = api.server.loopback({ name: 'system:test', groups: ['system:masters'] });
    await expect(anew.watch(configMaps, { resourceVersion: '1' }, () => {}, new AbortController().signal)).rejects.toMatchObject({
      reason: 'Expired',
    });
  });
});
