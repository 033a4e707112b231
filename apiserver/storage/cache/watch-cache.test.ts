import { describe, expect, it } from '@jest/globals';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { createMemoryStore } from '../../../store/memory.ts';
import type { Store } from '../../../store/store.ts';
import type { CacheEvent } from '../../contract/cache.ts';
import type { StoredEvent } from './event-ring.ts';
import { EventRing } from './event-ring.ts';
import { StoreWatchCache } from './watch-cache.ts';

const kind = configMaps;
const value = (name: string, data: object = {}) => JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace: 'n' }, data });

async function cacheOn(store: Store) {
  const cache = new StoreWatchCache({ store, kind, clock: createFakeClock(), log: silentLogger, freeze: true });
  await cache.start();
  return cache;
}

const gather = (cache: StoreWatchCache, after: number) => {
  const events: string[] = [];
  const end = cache.subscribe(after, {
    deliver: (event) => void events.push(`${event.revision} ${event.deleted ? 'gone' : 'put'} ${event.item.key}`),
    broken: () => events.push('broken'),
  });
  return { events, end };
};

describe('the watch cache', () => {
  it('holds what the store held before it started, more than a page of it', async () => {
    const store = createMemoryStore();
    for (let i = 0; i < 1203; i++) await store.create(`/registry/configmaps/n/c${String(i).padStart(4, '0')}`, value(`c${i}`));
    const cache = await cacheOn(store);
    expect(cache.size).toBe(1203);
    const { items } = cache.snapshot('n');
    expect(items.map(({ key }) => key)).toEqual([...items.map(({ key }) => key)].sort());
    expect(cache.revision).toBe(await store.revision());
  });

  it('writes the resourceVersion into the text of what others stored, in whatever order of fields', async () => {
    const store = createMemoryStore();
    const { ok } = await store.create(
      '/registry/configmaps/n/a',
      '{"data":{"k":"v"},"metadata":{"namespace":"n","name":"a"},"apiVersion":"v1","kind":"ConfigMap"}',
    );
    const cache = await cacheOn(store);
    const item = cache.get('n/a');
    expect(ok).toBe(true);
    expect(item && JSON.parse(item.text)).toEqual(item?.object);
    expect(item?.object.metadata.resourceVersion).toBe('2');
  });

  it('reads what was stored in another version in the form of its own', async () => {
    const store = createMemoryStore();
    await store.create('/registry/configmaps/n/a', '{"kind":"ConfigMap","apiVersion":"v0","metadata":{"name":"a","namespace":"n"}}');
    const item = (await cacheOn(store)).get('n/a');
    expect(item?.object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
    expect(item && JSON.parse(item.text)).toEqual(item?.object);
  });

  it('delivers what has passed, then what comes, each once and in order', async () => {
    const store = createMemoryStore();
    const cache = await cacheOn(store);
    await store.create('/registry/configmaps/n/a', value('a'));
    await store.create('/registry/secrets/n/other', '{}');
    await store.create('/registry/configmaps/n/b', value('b'));
    const { events } = gather(cache, 2);
    await store.delete('/registry/configmaps/n/a', 2);
    expect(events).toEqual(['4 put n/b', '5 gone n/a']);
  });

  it('keeps no text of past states, and delivers them whole to who resumes', async () => {
    const store = createMemoryStore();
    const cache = await cacheOn(store);
    await store.create('/registry/configmaps/n/a', value('a', { v: '1' }));
    const first = cache.get('n/a');
    const before = first?.text;
    await store.update('/registry/configmaps/n/a', value('a', { v: '2' }), 2);
    await store.delete('/registry/configmaps/n/a', 3);
    const events: CacheEvent[] = [];
    cache.subscribe(1, { deliver: (event) => void events.push(event), broken: () => {} });
    expect(events.map(({ item }) => item.encodedText)).toEqual([undefined, undefined, undefined]);
    expect(events.map(({ item }) => JSON.parse(item.text))).toEqual(events.map(({ item }) => item.object));
    expect(JSON.parse(first?.text ?? '')).toEqual(JSON.parse(before ?? ''));
    expect(events.map(({ item }) => item.object.metadata.resourceVersion)).toEqual(['2', '3', '4']);
  });

  it('does not parse what this process has written', async () => {
    const store = createMemoryStore();
    const cache = await cacheOn(store);
    const object = JSON.parse(value('a'));
    const write = cache.expect('n/a', value('a'), object);
    await store.create('/registry/configmaps/n/a', value('a'));
    expect(cache.get('n/a')?.object).toBe(object);
    expect(write.item).toBe(cache.get('n/a'));
  });

  it('ends its subscribers and reads everything anew when the feed breaks', async () => {
    const inner = createMemoryStore();
    let cut: ((error: Error) => void) | undefined;
    const store: Store = {
      ...inner,
      async watch(prefix, after, sink, signal) {
        let live = true;
        await inner.watch(prefix, after, (batch) => live && sink(batch), signal);
        const done = new Promise<void>((_, reject) => {
          cut = (error) => {
            live = false;
            reject(error);
          };
        });
        return { done };
      },
    };
    const cache = await cacheOn(store);
    await inner.create('/registry/configmaps/n/a', value('a'));
    const { events } = gather(cache, cache.revision);
    const seen: string[] = [];
    const deliver = ({ item, deleted }: CacheEvent) => seen.push(`${deleted ? 'gone' : 'there'} ${item.key}`);
    cache.subscribe(cache.revision, { deliver, broken: () => seen.push('broken'), survivesGaps: true });
    cut?.(new Error('connection lost'));
    const gone = inner.delete('/registry/configmaps/n/a', 2);
    await inner.create('/registry/configmaps/n/b', value('b'));
    await gone;
    await cache.reached(4);
    expect(events).toEqual(['broken']);
    expect(cache.snapshot('').items.map(({ key }) => key)).toEqual(['n/b']);
    // One who wants the newest states is told what the gap hid.
    expect(seen).toEqual(['there n/b', 'gone n/a']);
  });
});

describe('the ring of events', () => {
  const event = (revision: number, at: number) => ({ revision, at }) as unknown as StoredEvent;

  it('keeps a minimum whatever its age, and beyond that the newest', () => {
    const ring = new EventRing(0);
    for (let i = 1; i <= 200; i++) ring.push(event(i, 0));
    expect(ring.floor).toBe(0);
    ring.push(event(201, 80_000));
    expect(ring.size).toBe(64);
    expect(ring.floor).toBe(137);
    expect(ring.after(199).map(({ revision }) => revision)).toEqual([200, 201]);
  });

  it('is bounded in number', () => {
    const ring = new EventRing(0);
    for (let i = 1; i <= 20_000; i++) ring.push(event(i, 0));
    expect(ring.size).toBe(8192);
    expect(ring.after(ring.floor)).toHaveLength(8192);
  });
});
