import { describe, expect, it } from '@jest/globals';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createObjectCache } from './object-cache.ts';

const key = { namespace: 'default', name: 'cm' };
async function setup() {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const changes: string[] = [];
  const stop = new AbortController();
  const cache = createObjectCache({
    client,
    clock,
    log: silentLogger,
    signal: stop.signal,
    onChange: (kind, { name }) => changes.push(`${kind.kind} ${name}`),
  });
  await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: key, data: { a: '1' } });
  return { clock, client, cache, changes, stop };
}

describe('objects that pods use', () => {
  it('are read once and then followed', async () => {
    const { client, cache, clock, changes, stop } = await setup();
    cache.retain(configMaps, key);
    await clock.settle();
    await client.patch(configMaps, key, { type: 'merge', body: { data: { a: '2' } } });
    await clock.settle();
    expect((await cache.get(configMaps, key))?.data).toEqual({ a: '2' });
    expect(changes).toEqual(['ConfigMap cm']);
    expect(client.calls.filter((call) => call.startsWith('get'))).toEqual([]);
    stop.abort();
  });

  it('are followed on after the watch has ended and history is gone', async () => {
    const { client, cache, clock, changes, stop } = await setup();
    cache.retain(configMaps, key);
    await clock.settle();
    client.compact();
    client.endWatches();
    await client.patch(configMaps, key, { type: 'merge', body: { data: { a: '3' } } });
    await clock.advance(5_000);
    expect((await cache.get(configMaps, key))?.data).toEqual({ a: '3' });
    expect(changes.length).toBeGreaterThan(0);
    stop.abort();
  });

  it('are no longer followed when the last pod has released them', async () => {
    const { client, cache, clock, changes, stop } = await setup();
    cache.retain(configMaps, key);
    cache.retain(configMaps, key);
    cache.release(configMaps, key);
    await clock.settle();
    await client.patch(configMaps, key, { type: 'merge', body: { data: { a: '2' } } });
    await clock.settle();
    expect(changes).toHaveLength(1);
    cache.release(configMaps, key);
    await client.patch(configMaps, key, { type: 'merge', body: { data: { a: '3' } } });
    await clock.settle();
    expect(changes).toHaveLength(1);
    stop.abort();
  });

  it('that are not there are undefined, not an error', async () => {
    const { cache, stop } = await setup();
    expect(await cache.get(configMaps, { namespace: 'default', name: 'nope' })).toBeUndefined();
    stop.abort();
  });
});
