import { afterEach, describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '../../api/kinds/core/config-map.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryClient } from '../client/memory-client.fixture.ts';
import type { InformerHandler } from './informer.ts';
import { createInformers } from './informer-set.ts';

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

function harness(namespaces?: readonly string[]) {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const stop = new AbortController();
  stops.push(stop);
  const informers = createInformers({ client, clock, log: silentLogger, namespaces, signal: stop.signal });
  const create = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}, namespace = 'default') =>
    client.create(configMaps, { metadata: { name, namespace, labels }, data });
  return { clock, client, informers, create };
}

/** A handler that writes down what it is told. */
function notes() {
  const seen: string[] = [];
  const handler: InformerHandler<ConfigMap> = {
    add: (object, initial) => seen.push(`add ${object.metadata.name}${initial ? ' initial' : ''}`),
    update: (object, old) => seen.push(`update ${object.metadata.name} ${old.data?.v}→${object.data?.v}`),
    delete: (object) => seen.push(`delete ${object.metadata.name}`),
  };
  return { seen, handler };
}

describe('an informer', () => {
  it('is ready once every handler has been told of the first list', async () => {
    const { informers, create } = harness();
    await create('a');
    await create('b');
    const { seen, handler } = notes();
    const informer = informers.of(configMaps);
    informer.on(handler);
    await informer.ready;
    expect(seen).toEqual(['add a initial', 'add b initial']);
    expect(informer.list().map((object) => object.metadata.name)).toEqual(['a', 'b']);
  });

  it('is one a kind', () => {
    const { informers } = harness();
    expect(informers.of(configMaps)).toBe(informers.of(configMaps));
  });

  it('tells of changes with the old and the new object', async () => {
    const { clock, client, informers, create } = harness();
    const informer = informers.of(configMaps);
    const { seen, handler } = notes();
    informer.on(handler);
    await informer.ready;
    await clock.settle();
    await create('a', { v: '1' });
    await client.patch(configMaps, { namespace: 'default', name: 'a' }, { type: 'merge', body: { data: { v: '2' } } });
    expect(informer.get({ namespace: 'default', name: 'a' })?.data).toEqual({ v: '2' });
    await client.delete(configMaps, { namespace: 'default', name: 'a' });
    expect(seen).toEqual(['add a', 'update a 1→2', 'delete a']);
    expect(informer.list()).toEqual([]);
  });

  it('gives a late handler everything there is, and stops telling a removed one', async () => {
    const { clock, informers, create } = harness();
    await create('a');
    const informer = informers.of(configMaps);
    await informer.ready;
    await clock.settle();
    const { seen, handler } = notes();
    const remove = informer.on(handler);
    expect(seen).toEqual(['add a initial']);
    remove();
    await create('b');
    expect(seen).toEqual(['add a initial']);
  });

  it('does not let one handler that throws hide a change from the others', async () => {
    const { informers, create } = harness();
    await create('a');
    const informer = informers.of(configMaps);
    const { seen, handler } = notes();
    informer.on({
      add: () => {
        throw new Error('bad handler');
      },
    });
    informer.on(handler);
    await informer.ready;
    expect(seen).toEqual(['add a initial']);
  });

  it('keeps indexes and namespaces up to date', async () => {
    const { clock, client, informers, create } = harness();
    const informer = informers.of(configMaps);
    informer.addIndex('color', (object) => Object.values(object.data ?? {}));
    await create('a', { v: 'red' }, { app: 'x' });
    await create('b', { v: 'red', w: 'blue' }, { app: 'y' });
    await create('c', { v: 'blue' }, { app: 'x' }, 'other');
    await informer.ready;
    await clock.settle();
    const names = (value: string) => informer.byIndex('color', value).map((object) => object.metadata.name);
    expect([names('red'), names('blue'), names('green')]).toEqual([['a', 'b'], ['b', 'c'], []]);
    await client.patch(configMaps, { namespace: 'default', name: 'b' }, { type: 'merge', body: { data: { v: 'green' } } });
    expect([names('red'), names('blue'), names('green')]).toEqual([['a'], ['b', 'c'], ['b']]);
    await client.delete(configMaps, { namespace: 'default', name: 'a' });
    expect(names('red')).toEqual([]);
    expect(informer.list('other').map((object) => object.metadata.name)).toEqual(['c']);
    expect(informer.select('default', { matchLabels: { app: 'y' } }).map((object) => object.metadata.name)).toEqual(['b']);
    expect(informer.select('default', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['y'] }] })).toEqual([]);
    await client.patch(
      configMaps,
      { namespace: 'default', name: 'b' },
      { type: 'merge', body: { metadata: { labels: { app: 'z', tier: 'front' } } } },
    );
    const selected = (matchLabels: Record<string, string>) => informer.select('default', { matchLabels }).map((object) => object.metadata.name);
    expect([selected({ app: 'y' }), selected({ app: 'z' }), selected({ app: 'z', tier: 'front' }), selected({ app: 'z', tier: 'back' })]).toEqual([
      [],
      ['b'],
      ['b'],
      [],
    ]);
    await client.delete(configMaps, { namespace: 'default', name: 'b' });
    expect(selected({ app: 'z' })).toEqual([]);
  });

  it('resumes after the server ended the watch, without listing again', async () => {
    const { clock, client, informers, create } = harness();
    const informer = informers.of(configMaps);
    await informer.ready;
    await clock.settle();
    client.endWatches();
    await create('a');
    expect(informer.list()).toEqual([]);
    await clock.advance(1000);
    expect(informer.list().map((object) => object.metadata.name)).toEqual(['a']);
    expect(client.calls.filter((call) => call.startsWith('list'))).toHaveLength(1);
  });

  it('lists again when its revision is gone, and tells of what changed, appeared and vanished meanwhile', async () => {
    const { clock, client, informers, create } = harness();
    await create('stays');
    await create('changes', { v: '1' });
    await create('goes');
    const informer = informers.of(configMaps);
    const { seen, handler } = notes();
    informer.on(handler);
    await informer.ready;
    await clock.settle();
    seen.length = 0;
    client.endWatches();
    await client.patch(configMaps, { namespace: 'default', name: 'changes' }, { type: 'merge', body: { data: { v: '2' } } });
    await client.delete(configMaps, { namespace: 'default', name: 'goes' });
    await create('new');
    client.compact();
    await clock.advance(5000);
    expect(seen).toEqual(['update changes 1→2', 'add new', 'delete goes']);
    await create('later');
    expect(seen.at(-1)).toBe('add later');
  });

  it('goes on trying when the list fails', async () => {
    const { clock, client, informers, create } = harness();
    await create('a');
    for (let n = 0; n < 3; n++) client.failNext('list configmaps', new Error('down'));
    const informer = informers.of(configMaps);
    await clock.advance(10_000);
    await informer.ready;
    expect(informer.list()).toHaveLength(1);
    expect(client.calls.filter((call) => call.startsWith('list'))).toHaveLength(4);
  });

  it('opens the watch again when the connection has been silent for longer than the server keeps it', async () => {
    const { clock, client, informers } = harness();
    const informer = informers.of(configMaps);
    await informer.ready;
    await clock.settle();
    const watches = () => client.calls.filter((call) => call.startsWith('watch')).length;
    expect(watches()).toBe(1);
    await clock.advance(310_000);
    expect(watches()).toBe(1);
    await clock.advance(310_000);
    expect(watches()).toBe(2);
  });

  it('sees the namespaces that it is limited to, each with a list of its own, and of cluster-wide kinds all objects', async () => {
    const { clock, client, informers, create } = harness(['a', 'b']);
    for (const namespace of ['a', 'b', 'c']) await create('early', {}, {}, namespace);
    await client.create(nodes, { metadata: { name: 'n1' } });
    const informer = informers.of(configMaps);
    await Promise.all([informer.ready, informers.of(nodes).ready]);
    const seen = () => informer.list().map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(seen()).toEqual(['a/early', 'b/early']);
    expect(informers.of(nodes).list()).toHaveLength(1);
    await clock.settle();
    client.endWatches();
    await client.delete(configMaps, { namespace: 'a', name: 'early' });
    await create('late', {}, {}, 'b');
    await create('late', {}, {}, 'c');
    client.compact();
    // Both namespaces are listed again; what one lacks does not remove the other's.
    await clock.advance(5000);
    expect(seen()).toEqual(['b/early', 'b/late']);
    expect(client.calls.filter((call) => call.startsWith('list configmaps'))).toHaveLength(4);
  });
});
