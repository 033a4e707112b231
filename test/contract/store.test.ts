import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../base/clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { encryptedStore } from '../../store/encryption/encrypted-store.ts';
import { aesGcm, codecOf, identity } from '../../store/encryption/providers.ts';
import { createMemoryStore } from '../../store/memory.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import type { Store, StoreEvent } from '../../store/store.ts';
import { CompactedError } from '../../store/store.ts';
import { startEtcd } from '../support/cluster/etcd-process.ts';

interface Backend {
  readonly name: string;
  /** Opens the same data at each call; acknowledged writes survive `close`. */
  readonly open: (clock?: Clock) => Promise<Store>;
  readonly persistent: boolean;
  /** Whether keys expire by the given clock; etcd has its own. */
  readonly ownExpiry: boolean;
  readonly stop?: () => Promise<void>;
}

const codec = codecOf([aesGcm({ name: 'key1', secret: Buffer.alloc(32, 7) }), identity]);

/** Encrypts every value. */
const encrypted = (store: Store): Store =>
  encryptedStore(store, {
    codecFor: () => codec,
    failed(error) {
      throw error;
    },
  });

async function backends(): Promise<Backend[]> {
  const etcd = await startEtcd();
  const directory = mkdtempSync(join(tmpdir(), 'skiff-store-'));
  let file = 0;
  return [
    { name: 'memory', open: async (clock?: Clock) => createMemoryStore({ clock }), persistent: false, ownExpiry: true },
    {
      name: 'sqlite',
      open: (clock?: Clock) => openSqliteStore({ file: join(directory, `${file}.db`), clock }),
      persistent: true,
      ownExpiry: true,
      stop: async () => rmSync(directory, { recursive: true, force: true }),
    },
    { name: 'etcd', open: () => etcd.open(), persistent: true, ownExpiry: false, stop: etcd.stop },
    { name: 'encrypted memory', open: async (clock?: Clock) => encrypted(createMemoryStore({ clock })), persistent: false, ownExpiry: true },
    {
      name: 'encrypted sqlite',
      open: async (clock?: Clock) => encrypted(await openSqliteStore({ file: join(directory, `${file}.db`), clock })),
      persistent: true,
      ownExpiry: true,
    },
    { name: 'encrypted etcd', open: async () => encrypted(await etcd.open()), persistent: true, ownExpiry: false },
  ].map((backend) => ({ ...backend, fresh: () => file++ }));
}

const all = await backends();
afterAll(async () => {
  for (const backend of all) await backend.stop?.();
});

/** Collects a watch's events; `until(n)` resolves when n have come. */
async function collect(store: Store, prefix: string, after: number) {
  const events: StoreEvent[] = [];
  const stop = new AbortController();
  let wake = () => {};
  const { done } = await store.watch(
    prefix,
    after,
    (batch) => {
      events.push(...batch.events);
      wake();
    },
    stop.signal,
  );
  return {
    events,
    async until(n: number) {
      while (events.length < n) await new Promise<void>((resolve) => (wake = resolve));
      return events;
    },
    stop: () => {
      stop.abort();
      return done;
    },
  };
}

describe.each(all)('the $name store', (backend) => {
  let store: Store;
  let prefix = '';
  let n = 0;

  beforeEach(async () => {
    store = await backend.open();
    prefix = `/registry/${backend.name.replace(' ', '-')}${n++}/`;
  });
  afterEach(() => store.close());

  async function put(name: string, value = name): Promise<number> {
    const result = await store.create(prefix + name, value);
    if (!result.ok) throw new Error('exists');
    return result.revision;
  }

  it('gives every write the next revision, and remembers it with the key', async () => {
    const a = await put('a');
    const b = await put('b');
    expect(b).toBe(a + 1);
    expect(await store.get(`${prefix}a`)).toEqual({ key: `${prefix}a`, value: 'a', revision: a });
    expect(await store.revision()).toBe(b);
  });

  it('answers a create of what exists with what is there', async () => {
    const revision = await put('a', 'first');
    expect(await store.create(`${prefix}a`, 'second')).toEqual({ ok: false, current: { key: `${prefix}a`, value: 'first', revision } });
  });

  it('lets one of many concurrent updates from one revision win', async () => {
    const revision = await put('a', '0');
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => store.update(`${prefix}a`, `${i}`, revision)));
    expect(results.filter((r) => r.ok)).toHaveLength(1);
    const winner = results.findIndex((r) => r.ok);
    expect((await store.get(`${prefix}a`))?.value).toBe(`${winner}`);
  });

  it('answers an update or delete of what is gone with nothing', async () => {
    const revision = await put('a');
    expect(await store.delete(`${prefix}a`, revision)).toMatchObject({ ok: true });
    expect(await store.update(`${prefix}a`, 'x', revision)).toEqual({ ok: false, current: undefined });
    expect(await store.delete(`${prefix}a`, revision)).toEqual({ ok: false, current: undefined });
    expect(await store.get(`${prefix}a`)).toBeUndefined();
  });

  it('lists in key order, in pages, and nothing of a neighbouring prefix', async () => {
    for (const name of ['c', 'a', 'b', 'é']) await put(name);
    await store.create(`${prefix.slice(0, -1)}x/a`, 'other');
    const first = await store.list(prefix, { limit: 2 });
    expect(first.items.map((i) => i.value)).toEqual(['a', 'b']);
    expect(first.more).toBe(true);
    const rest = await store.list(prefix, { limit: 2, after: first.items.at(-1)?.key ?? '' });
    expect(rest.items.map((i) => i.value)).toEqual(['c', 'é']);
    expect(rest.more).toBe(false);
    expect(rest.revision).toBe(await store.revision());
  });

  it('delivers every change once, in order, to a watch from the past that goes live', async () => {
    const start = await store.revision();
    const a = await put('a');
    const watch = await collect(store, prefix, start);
    const updated = await store.update(`${prefix}a`, 'a2', a);
    await store.delete(`${prefix}a`, updated.ok ? updated.revision : 0);
    await store.create(`/registry/elsewhere${prefix}`, 'x');
    await put('b');
    await watch.until(4);
    expect(watch.events.map((e) => [e.type, e.key, e.type === 'put' ? [e.value, e.created] : undefined])).toEqual([
      ['put', `${prefix}a`, ['a', true]],
      ['put', `${prefix}a`, ['a2', false]],
      ['delete', `${prefix}a`, undefined],
      ['put', `${prefix}b`, ['b', true]],
    ]);
    const revisions = watch.events.map((e) => e.revision);
    expect([...revisions].sort((x, y) => x - y)).toEqual(revisions);
    await watch.stop();
  });

  it('misses and repeats nothing while writers race with watches that start', async () => {
    const start = await store.revision();
    const writes = Array.from({ length: 200 }, (_, i) => put(`k${i}`));
    const watches = await Promise.all(Array.from({ length: 5 }, () => collect(store, prefix, start)));
    const revisions = (await Promise.all(writes)).sort((x, y) => x - y);
    for (const watch of watches) {
      await watch.until(200);
      expect(watch.events.map((e) => e.revision)).toEqual(revisions);
      await watch.stop();
    }
  });

  /** Makes a history of one key, and one that is deleted. Returns the revision of each change. */
  async function history(): Promise<number[]> {
    const a = await put('a', 'a1');
    const b = await put('b', 'b1');
    const second = await store.update(`${prefix}a`, 'a2', a);
    const third = await store.update(`${prefix}a`, 'a3', second.ok ? second.revision : 0);
    const gone = await store.delete(`${prefix}b`, b);
    return [a, b, ...[second, third, gone].map((result) => (result.ok ? result.revision : 0))];
  }

  it('tells the value before each change that a watch reads from the history', async () => {
    const [a = 0, b = 0, second = 0, third = 0, gone = 0] = await history();
    const watch = await collect(store, prefix, b);
    await watch.until(3);
    expect(watch.events).toEqual([
      { type: 'put', key: `${prefix}a`, value: 'a2', revision: second, created: false, previous: { key: `${prefix}a`, value: 'a1', revision: a } },
      {
        type: 'put',
        key: `${prefix}a`,
        value: 'a3',
        revision: third,
        created: false,
        previous: { key: `${prefix}a`, value: 'a2', revision: second },
      },
      { type: 'delete', key: `${prefix}b`, value: 'b1', revision: gone },
    ]);
    await watch.stop();
  });

  it('tells the value before the first change after a compaction', async () => {
    const [, , second = 0, third = 0, gone = 0] = await history();
    await store.compact(second);
    const watch = await collect(store, prefix, second);
    await watch.until(2);
    expect(watch.events).toEqual([
      {
        type: 'put',
        key: `${prefix}a`,
        value: 'a3',
        revision: third,
        created: false,
        previous: { key: `${prefix}a`, value: 'a2', revision: second },
      },
      { type: 'delete', key: `${prefix}b`, value: 'b1', revision: gone },
    ]);
    await watch.stop();
  });

  it('takes an object of 1.4 MiB, refuses one of 1.5 MiB, whatever its characters, and goes on', async () => {
    const MIB = 2 ** 20;
    const large = 'x'.repeat(1.4 * MIB);
    const revision = await put('large', large);
    expect((await store.get(`${prefix}large`))?.value).toBe(large);
    const refusal = expect.objectContaining({ name: 'StoreError', fault: 'TooLarge' });
    await expect(put('larger', 'x'.repeat(1.5 * MIB))).rejects.toEqual(refusal);
    await expect(put('larger', 'é'.repeat(0.75 * MIB))).rejects.toEqual(refusal);
    await expect(store.update(`${prefix}large`, 'x'.repeat(3 * MIB), revision)).rejects.toEqual(refusal);
    expect(await store.get(`${prefix}larger`)).toBeUndefined();
    await store.probe();
    expect(await store.delete(`${prefix}large`, revision)).toMatchObject({ ok: true });
  });

  it('delivers nothing after the watch has been stopped', async () => {
    const watch = await collect(store, prefix, await store.revision());
    await watch.stop();
    await put('a');
    expect(watch.events).toEqual([]);
  });

  it('refuses a watch from before the compaction, and keeps what is current', async () => {
    const a = await put('a', '1');
    const result = await store.update(`${prefix}a`, '2', a);
    await put('b');
    await store.compact(result.ok ? result.revision : 0);
    await expect(collect(store, prefix, a - 1)).rejects.toBeInstanceOf(CompactedError);
    expect((await store.get(`${prefix}a`))?.value).toBe('2');
    const watch = await collect(store, prefix, result.ok ? result.revision : 0);
    await watch.until(1);
    expect(watch.events[0]).toMatchObject({ type: 'put', key: `${prefix}b` });
    await watch.stop();
  });

  it('deletes a key when its time to live is over, and tells watchers', async () => {
    const created = await store.create(`${prefix}brief`, 'x', { ttlSeconds: 1 });
    const watch = await collect(store, prefix, created.ok ? created.revision : 0);
    await watch.until(1);
    expect(watch.events[0]).toMatchObject({ type: 'delete', key: `${prefix}brief` });
    expect(await store.get(`${prefix}brief`)).toBeUndefined();
    await watch.stop();
  });

  const expiring = backend.ownExpiry ? it : it.skip;
  expiring('deletes a key when its time to live is over on the given clock, and no sooner', async () => {
    await store.close();
    const clock = createFakeClock();
    store = await backend.open(clock);
    const created = await store.create(`${prefix}brief`, 'x', { ttlSeconds: 3600 });
    const renewed = await store.create(`${prefix}renewed`, 'x', { ttlSeconds: 3600 });
    const kept = await put('kept');
    const watch = await collect(store, prefix, kept);
    await clock.advance(3_599_000);
    await store.update(`${prefix}renewed`, 'y', renewed.ok ? renewed.revision : 0, { ttlSeconds: 3600 });
    expect(await store.get(`${prefix}brief`)).toMatchObject({ value: 'x', revision: created.ok ? created.revision : 0 });
    await clock.advance(3_000);
    await watch.until(2);
    expect(watch.events.map(({ type, key }) => `${type} ${key.slice(prefix.length)}`)).toEqual(['put renewed', 'delete brief']);
    expect((await store.list(prefix)).items.map(({ key }) => key.slice(prefix.length))).toEqual(['kept', 'renewed']);
    await watch.stop();
  });

  const persistent = backend.persistent ? it : it.skip;
  persistent('has everything again after it is closed and opened, and resumes watches over it', async () => {
    const start = await store.revision();
    const a = await put('a');
    const b = await put('b');
    await store.close();
    store = await backend.open();
    expect(await store.revision()).toBe(b);
    expect(await store.get(`${prefix}a`)).toMatchObject({ value: 'a', revision: a });
    const watch = await collect(store, prefix, start);
    await watch.until(2);
    expect(watch.events.map((e) => e.revision)).toEqual([a, b]);
    expect(await put('c')).toBe(b + 1);
    await watch.stop();
  });

  persistent('knows the values before changes from before it was opened', async () => {
    const [, b = 0, second = 0, third = 0, gone = 0] = await history();
    await store.close();
    store = await backend.open();
    const watch = await collect(store, prefix, second);
    await watch.until(2);
    expect(watch.events).toMatchObject([
      { type: 'put', value: 'a3', revision: third, previous: { value: 'a2', revision: second } },
      { type: 'delete', value: 'b1', revision: gone },
    ]);
    await watch.stop();
    expect(b).toBeLessThan(second);
  });
});
