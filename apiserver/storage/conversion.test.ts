import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineKind } from '../../api/definition/kind.ts';
import type { ConfigMap } from '../../api/kinds/core/config-map.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { namespaces } from '../../api/kinds/core/namespace.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';

/** Gives the event loop to others before it answers, as a webhook does. */
async function converted({ data, ...rest }: ConfigMap, version: string, from: string, to: string): Promise<ConfigMap> {
  await new Promise((resolve) => setImmediate(resolve));
  if (data?.broken) throw new Error('the converter is not reachable');
  const { [from]: value, ...others } = data ?? {};
  return { ...rest, apiVersion: `example.dev/${version}`, data: { ...others, ...(value === undefined ? {} : { [to]: value }) } };
}

const stored = defineKind<ConfigMap>({
  ...configMaps,
  group: 'example.dev',
  version: 'v1',
  kind: 'Gadget',
  plural: 'gadgets',
  singular: 'gadget',
  storagePrefix: 'gadgets',
  strategy: { selectableFields: { 'data.color': ({ data }) => data?.color ?? '' } },
});
/** Spells `color` as `colour`. */
const served = defineKind<ConfigMap>({
  ...stored,
  version: 'v2',
  strategy: { selectableFields: { 'data.colour': ({ data }) => data?.colour ?? '' } },
  storedAs: {
    group: 'example.dev',
    version: 'v1',
    toStored: (gadget) => converted(gadget, 'v1', 'colour', 'color'),
    fromStored: (gadget: KubeObject) => converted(gadget, 'v2', 'color', 'colour'),
  },
});

const V1 = '/apis/example.dev/v1/namespaces/default/gadgets';
const V2 = '/apis/example.dev/v2/namespaces/default/gadgets';
const gadget = (name: string, colour: string) => ({ metadata: { name, labels: { size: 's' } }, data: { colour } });

let server: InjectedServer;
beforeEach(async () => {
  server = await startInjectedServer({ clock: createFakeClock(), kinds: [namespaces, stored, served] });
});
afterEach(() => server.close());

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

describe('a kind whose conversion is asynchronous', () => {
  it('is created and read in the form that was asked for', async () => {
    const created = await server.inject('POST', V2, gadget('a', 'red'));
    expect(created.json).toMatchObject({ apiVersion: 'example.dev/v2', data: { colour: 'red' } });
    expect((await server.inject('GET', `${V2}/a`)).json).toMatchObject({ apiVersion: 'example.dev/v2', data: { colour: 'red' } });
    expect((await server.inject('GET', `${V1}/a`)).json).toMatchObject({ apiVersion: 'example.dev/v1', data: { color: 'red' } });
    expect((await server.inject('POST', `${V2}?dryRun=All`, gadget('b', 'blue'))).json.data).toEqual({ colour: 'blue' });
  });

  it('is listed, selected by its own fields, and listed in parts', async () => {
    for (const [name, color] of Object.entries({ a: 'red', b: 'blue', c: 'red' })) {
      await server.inject('POST', V1, { metadata: { name }, data: { color } });
    }
    const all = await server.inject('GET', V2);
    expect(all.json.items.map((item: ConfigMap) => item.data)).toEqual([{ colour: 'red' }, { colour: 'blue' }, { colour: 'red' }]);
    const red = await server.inject('GET', `${V2}?fieldSelector=data.colour%3Dred`);
    expect(red.json.items.map((item: ConfigMap) => item.metadata?.name)).toEqual(['a', 'c']);
    const first = await server.inject('GET', `${V2}?limit=1&fieldSelector=data.colour%3Dred`);
    const second = await server.inject('GET', `${V2}?limit=1&fieldSelector=data.colour%3Dred&continue=${first.json.metadata.continue}`);
    expect(second.json.items.map((item: ConfigMap) => item.metadata?.name)).toEqual(['c']);
    const table = await server.inject('GET', V2, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    expect(table.json.rows.map(({ cells }: { cells: unknown[] }) => cells[0])).toEqual(['a', 'b', 'c']);
  });

  it('is watched in order, in the form and by the fields that were asked for', async () => {
    await server.inject('POST', V1, { metadata: { name: 'a' }, data: { color: 'red' } });
    const watched = await server.watch(`${V2}?watch=1&fieldSelector=data.colour%3Dred`);
    await Promise.all([
      server.inject('POST', V1, { metadata: { name: 'b' }, data: { color: 'red' } }),
      server.inject('POST', V1, { metadata: { name: 'c' }, data: { color: 'blue' } }),
    ]);
    await server.inject('PUT', `${V2}/b`, gadget('b', 'blue'));
    await server.inject('DELETE', `${V2}/a`);
    await until(() => watched.events.length === 4);
    expect(watched.events.map(({ type, object }) => [type, object.metadata.name, object.apiVersion, object.data])).toEqual([
      ['ADDED', 'a', 'example.dev/v2', { colour: 'red' }],
      ['ADDED', 'b', 'example.dev/v2', { colour: 'red' }],
      ['DELETED', 'b', 'example.dev/v2', { colour: 'red' }],
      ['DELETED', 'a', 'example.dev/v2', { colour: 'red' }],
    ]);
    const versions = watched.events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    watched.stop();
  });

  it('is updated, patched and applied through the form that was asked for', async () => {
    await server.inject('POST', V2, gadget('a', 'red'));
    expect((await server.inject('PUT', `${V2}/a`, gadget('a', 'blue'))).json.data).toEqual({ colour: 'blue' });
    const merge = { 'content-type': 'application/merge-patch+json' };
    expect((await server.inject('PATCH', `${V2}/a`, { data: { colour: 'green', x: 'y' } }, merge)).json.data).toEqual({ colour: 'green', x: 'y' });
    const apply = { 'content-type': 'application/apply-patch+yaml' };
    const configuration = { apiVersion: 'example.dev/v2', kind: 'Gadget', metadata: { name: 'a' }, data: { colour: 'white' } };
    const applied = await server.inject('PATCH', `${V2}/a?fieldManager=m&force=true`, configuration, apply);
    expect(applied.json).toMatchObject({ apiVersion: 'example.dev/v2', data: { colour: 'white', x: 'y' } });
    expect((await server.inject('GET', `${V1}/a`)).json.data).toEqual({ color: 'white', x: 'y' });
    expect((await server.inject('DELETE', `${V2}/a`)).status).toBe(200);
  });

  it('answers with an error, and ends its watches, when the conversion fails', async () => {
    const watched = await server.watch(`${V2}?watch=1`);
    await server.inject('POST', V1, { metadata: { name: 'a' }, data: { broken: 'yes' } });
    await watched.ended;
    expect((await server.inject('GET', `${V2}/a`)).json).toMatchObject({ code: 500, reason: 'InternalError' });
    expect((await server.inject('GET', V2)).status).toBe(500);
    expect((await server.inject('GET', V1)).status).toBe(200);
  });
});
