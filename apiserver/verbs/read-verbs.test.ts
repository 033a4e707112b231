import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };

interface Named {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}
const names = (items: readonly Named[]) => items.map((item) => item.metadata.name);
const seen = (events: readonly { type: string; object: Named }[]) => events.map(({ type, object }) => `${type} ${object.metadata.name}`);

let api: InjectedServer;
const clock = createFakeClock();

beforeEach(async () => {
  api = await startInjectedServer({ clock, namespaces: ['default', 'a', 'a-b'] });
});
afterEach(() => api.close());

const make = (name: string, labels: Record<string, string> = {}, namespace = 'default') =>
  api.inject('POST', `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name, labels } });

describe('list', () => {
  it('comes in the order of keys, over all namespaces too', async () => {
    for (const [name, namespace] of [
      ['z', 'default'],
      ['b', 'a'],
      ['y', 'a-b'],
      ['a', 'a'],
    ] as const)
      await make(name, {}, namespace);
    const { json } = await api.inject('GET', '/api/v1/configmaps');
    expect(json).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    // `a-b/` sorts before `a/`, as in etcd.
    expect(names(json.items)).toEqual(['y', 'a', 'b', 'z']);
  });

  it('stays of one revision over its chunks, whatever is written between them', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await make(name);
    const first = (await api.inject('GET', `${CONFIG_MAPS}?limit=2`)).json;
    expect(names(first.items)).toEqual(['a', 'b']);
    expect(first.metadata.remainingItemCount).toBe(3);
    await api.inject('DELETE', `${CONFIG_MAPS}/c`);
    await make('bb');
    const second = (await api.inject('GET', `${CONFIG_MAPS}?limit=2&continue=${first.metadata.continue}`)).json;
    expect(names(second.items)).toEqual(['c', 'd']);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const last = (await api.inject('GET', `${CONFIG_MAPS}?limit=2&continue=${second.metadata.continue}`)).json;
    expect(names(last.items)).toEqual(['e']);
    expect(last.metadata.continue).toBeUndefined();
  });

  it('comes in chunks by label too, of one revision, and disturbs no other list of that revision', async () => {
    for (let i = 0; i < 9; i++) await make(`c${i}`, { app: i % 3 === 0 ? 'web' : 'db' });
    const first = (await api.inject('GET', `${CONFIG_MAPS}?limit=1&labelSelector=app%3Dweb`)).json;
    const plain = (await api.inject('GET', `${CONFIG_MAPS}?limit=1`)).json;
    await make('c1a', { app: 'web' });
    const second = (await api.inject('GET', `${CONFIG_MAPS}?labelSelector=app%3Dweb&continue=${first.metadata.continue}`)).json;
    expect([...names(first.items), ...names(second.items)]).toEqual(['c0', 'c3', 'c6']);
    const rest = (await api.inject('GET', `${CONFIG_MAPS}?continue=${plain.metadata.continue}`)).json;
    expect(names(rest.items)).toEqual(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8']);
  });

  it('answers 410 for a continue token whose list is no longer kept', async () => {
    for (const name of ['a', 'b']) await make(name);
    const token = (await api.inject('GET', `${CONFIG_MAPS}?limit=1`)).json.metadata.continue;
    await make('c');
    await clock.advance(6 * 60_000);
    const { status, json } = await api.inject('GET', `${CONFIG_MAPS}?limit=1&continue=${token}`);
    expect({ status, reason: json.reason }).toEqual({ status: 410, reason: 'Expired' });
    // The token of the answer continues with the rest as it is now.
    const rest = (await api.inject('GET', `${CONFIG_MAPS}?continue=${json.metadata.continue}`)).json;
    expect(names(rest.items)).toEqual(['b', 'c']);
  });

  it('goes on with the whole list, whatever part of it others looked at in the meantime', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    for (const [name, nodeName] of [
      ['p', 'n1'],
      ['q', 'n2'],
      ['r', 'n2'],
    ]) {
      await api.inject('POST', pods, { metadata: { name }, spec: { nodeName, containers: [{ name: 'c', image: 'x' }] } });
    }
    const all = (await api.inject('GET', `${pods}?limit=1`)).json.metadata.continue;
    const ofNode = (await api.inject('GET', `${pods}?limit=1&fieldSelector=spec.nodeName%3Dn2`)).json.metadata.continue;
    await api.inject('PATCH', `${pods}/p`, { metadata: { labels: { a: 'b' } } }, MERGE);
    expect(names((await api.inject('GET', `${pods}?continue=${all}`)).json.items)).toEqual(['q', 'r']);
    expect(names((await api.inject('GET', `${pods}?continue=${ofNode}&fieldSelector=spec.nodeName%3Dn2`)).json.items)).toEqual(['r']);
  });

  it('selects by labels and fields', async () => {
    await make('a', { tier: 'x' });
    await make('b', { tier: 'y' });
    expect(names((await api.inject('GET', `${CONFIG_MAPS}?labelSelector=tier+in+(y)`)).json.items)).toEqual(['b']);
    expect(names((await api.inject('GET', `${CONFIG_MAPS}?fieldSelector=metadata.name%3Da`)).json.items)).toEqual(['a']);
    expect(names((await api.inject('GET', `${CONFIG_MAPS}?fieldSelector=metadata.name!%3Da`)).json.items)).toEqual(['b']);
  });

  it('finds the pods of a node', async () => {
    for (const [name, nodeName] of [
      ['p', 'n1'],
      ['q', 'n2'],
    ]) {
      await api.inject('POST', '/api/v1/namespaces/default/pods', {
        metadata: { name },
        spec: { nodeName, containers: [{ name: 'c', image: 'x' }] },
      });
    }
    expect(names((await api.inject('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn2')).json.items)).toEqual(['q']);
  });

  it('ignores parameters that it does not know, and a field selector of nothing', async () => {
    await make('a');
    expect(names((await api.inject('GET', `${CONFIG_MAPS}?bogus=1&shardSelector=x&fieldSelector=%3D`)).json.items)).toEqual(['a']);
  });

  it('is whole, whatever the limit, if any version will do', async () => {
    for (const name of ['a', 'b', 'c']) await make(name);
    const { json } = await api.inject('GET', `${CONFIG_MAPS}?resourceVersion=0&limit=2`);
    expect([names(json.items), json.metadata.continue]).toEqual([['a', 'b', 'c'], undefined]);
    expect(names((await api.inject('GET', `${CONFIG_MAPS}?resourceVersion=00&resourceVersionMatch=Exact`)).json.items)).toEqual(['a', 'b', 'c']);
  });

  it('goes on below the namespace that it lists', async () => {
    for (const name of ['a', 'b']) await make(name);
    const token = (start: string) => Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: -1, start })).toString('base64url');
    expect(names((await api.inject('GET', `${CONFIG_MAPS}?continue=${token('a\0')}`)).json.items)).toEqual(['b']);
    expect(names((await api.inject('GET', `/api/v1/configmaps?continue=${token('default/a\0')}`)).json.items)).toEqual(['b']);
    expect((await api.inject('GET', `${CONFIG_MAPS}?continue=${token('../x')}`)).status).toBe(400);
  });

  it('of a cluster-scoped kind with fields of its own has no namespace to select by', async () => {
    const { status, json } = await api.inject('GET', '/api/v1/nodes?fieldSelector=metadata.namespace%3Dx');
    expect([status, json.message]).toEqual([400, 'field label not supported: metadata.namespace']);
    expect((await api.inject('GET', '/apis/node.k8s.io/v1/runtimeclasses?fieldSelector=metadata.namespace%3Dx')).status).toBe(200);
  });

  const refusals: [string, string, number, string][] = [
    ['a field that cannot be selected by', 'fieldSelector=spec.x%3Da', 400, '"spec.x" is not a known field selector: only "metadata.name"'],
    ['a revision beside a continue token', 'continue=x&resourceVersion=1', 400, 'specifying resource version is not allowed when using continue'],
    ['a label selector that does not parse', 'labelSelector=a%3D%3D%3D', 400, 'unable to parse requirement'],
    ['a limit that is no number', 'limit=many', 400, 'strconv.ParseInt: parsing "many": invalid syntax'],
    ['a continue token of somebody else', 'continue=zzz', 400, 'invalid continue token'],
    ['a revision that is no number', 'resourceVersion=x', 400, 'invalid resource version: resourceVersion: Invalid value: "x"'],
    ['a revision beyond 64 bits', 'resourceVersion=99999999999999999999', 400, 'value out of range'],
    ['a revision that is no number, for a watch', 'watch=1&resourceVersion=x', 500, 'resourceVersion: Invalid value: "x": strconv.ParseUint'],
    ['a match for a watch', 'watch=1&resourceVersionMatch=Exact', 422, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents'],
    ['spaces around a field', 'fieldSelector=%20metadata.name%20%3Da', 400, '" metadata.name " is not a known field selector'],
    ['a match without a revision', 'resourceVersionMatch=Exact', 422, 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
  ];
  it.each(refusals)('refuses %s', async (_what, query, code, message) => {
    const { status, json } = await api.inject('GET', `${CONFIG_MAPS}?${query}`);
    expect(status).toBe(code);
    expect(json.message).toContain(message);
  });

  it('takes every word but false and 0 for true, in whatever case', async () => {
    const { json } = await api.inject('GET', `${CONFIG_MAPS}?watch=False`);
    expect(json.kind).toBe('ConfigMapList');
    const { status } = await api.inject('GET', `${CONFIG_MAPS}?watch=True&resourceVersionMatch=Exact`);
    expect(status).toBe(422);
  });

  it('answers 504 when an object is asked for as of a revision that never comes', async () => {
    await make('a');
    const pending = api.inject('GET', `${CONFIG_MAPS}/a?resourceVersion=99999`);
    await clock.advance(5000);
    expect((await pending).status).toBe(504);
    expect((await api.inject('GET', `${CONFIG_MAPS}/a?resourceVersion=0`)).json.metadata.name).toBe('a');
  });

  it('answers 504 when a revision is asked for that never comes', async () => {
    const pending = api.inject('GET', `${CONFIG_MAPS}?resourceVersion=99999&resourceVersionMatch=NotOlderThan`);
    await clock.advance(5000);
    const { status, json } = await pending;
    expect({ status, reason: json.reason, cause: json.details.causes[0].reason }).toEqual({
      status: 504,
      reason: 'Timeout',
      cause: 'ResourceVersionTooLarge',
    });
  });

  it.each([
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'Table'],
    ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'PartialObjectMetadataList'],
    ['application/cbor,application/json', 'ConfigMapList'],
    ['application/vnd.kubernetes.protobuf;q=0.5,application/json;q=0.9', 'ConfigMapList'],
    ['*/*', 'ConfigMapList'],
  ])('is encoded as asked for: %s', async (accept, kind) => {
    await make('a');
    const { json } = await api.inject('GET', CONFIG_MAPS, undefined, { accept });
    expect(json.kind).toBe(kind);
    const [first] = json.items ?? json.rows;
    expect((first.object ?? first).metadata.name).toBe('a');
  });

  it('refuses a form it does not have, and names those it has', async () => {
    const { status, json } = await api.inject('GET', CONFIG_MAPS, undefined, {
      accept: 'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io',
    });
    expect({ status, reason: json.reason }).toEqual({ status: 406, reason: 'NotAcceptable' });
    expect(json.message).toContain('application/json');
  });

  it('speaks YAML', async () => {
    await make('a');
    const { text } = await api.inject('GET', `${CONFIG_MAPS}/a`, undefined, { accept: 'application/yaml' });
    expect(text).toContain('kind: ConfigMap\n');
  });
});

describe('watch', () => {
  it('begins with what is there when no revision is named, and goes on with what happens', async () => {
    await make('a');
    const { events, ended, stop } = await api.watch(`${CONFIG_MAPS}?watch=1`);
    await make('b');
    await api.inject('PATCH', `${CONFIG_MAPS}/a`, { data: { k: 'v' } }, MERGE);
    await api.inject('DELETE', `${CONFIG_MAPS}/b`);
    expect(seen(events)).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b']);
    expect(Number(events[3].object.metadata.resourceVersion)).toBeGreaterThan(Number(events[2].object.metadata.resourceVersion));
    stop();
    await ended;
  });

  it('resumes after a revision without gap or repetition', async () => {
    const { json } = await make('a');
    await make('b');
    await api.inject('DELETE', `${CONFIG_MAPS}/a`);
    const { events, stop } = await api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=${json.metadata.resourceVersion}`);
    await make('c');
    expect(seen(events)).toEqual(['ADDED b', 'DELETED a', 'ADDED c']);
    stop();
  });

  it('shows what enters a selection as ADDED, and what leaves it as DELETED', async () => {
    await make('a', { tier: 'x' });
    await make('b', { tier: 'y' });
    const { events, stop } = await api.watch(`${CONFIG_MAPS}?watch=1&labelSelector=tier%3Dx`);
    await api.inject('PATCH', `${CONFIG_MAPS}/b`, { metadata: { labels: { tier: 'x' } } }, MERGE);
    await api.inject('PATCH', `${CONFIG_MAPS}/b`, { data: { k: 'v' } }, MERGE);
    await api.inject('PATCH', `${CONFIG_MAPS}/a`, { metadata: { labels: { tier: 'z' } } }, MERGE);
    await api.inject('DELETE', `${CONFIG_MAPS}/a`);
    expect(seen(events)).toEqual(['ADDED a', 'ADDED b', 'MODIFIED b', 'DELETED a']);
    // The last state that was in view.
    expect(events[3].object.metadata.labels).toEqual({ tier: 'x' });
    stop();
  });

  it('tells a node of its own pods alone, from their binding to their end', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const { events, stop } = await api.watch('/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn1');
    for (const [name, nodeName] of [
      ['p', 'n1'],
      ['q', 'n2'],
    ]) {
      await api.inject('POST', pods, { metadata: { name }, spec: { nodeName, containers: [{ name: 'c', image: 'x' }] } });
    }
    await api.inject('DELETE', `${pods}/p?gracePeriodSeconds=0`);
    expect(seen(events)).toEqual(['ADDED p', 'DELETED p']);
    stop();
  });

  it('of a version of the future ends with an error in the stream', async () => {
    const { events, ended } = await (async () => {
      const initial = 'resourceVersionMatch=NotOlderThan&sendInitialEvents=true&allowWatchBookmarks=true';
      const watching = api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=99999&${initial}`);
      await clock.advance(3_000);
      return watching;
    })();
    await ended;
    expect(events).toMatchObject([{ type: 'ERROR', object: { code: 504, reason: 'Timeout' } }]);
  });

  it('ends at its time-out', async () => {
    const { ended } = await api.watch(`${CONFIG_MAPS}?watch=1&timeoutSeconds=5`);
    await clock.advance(5000);
    await ended;
  });

  it('sends bookmarks of the newest revision to who asked for them', async () => {
    const { events, stop } = await api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=0&allowWatchBookmarks=true`);
    const elsewhere = (await api.inject('POST', '/api/v1/namespaces', { metadata: { name: 'later' } })).json.metadata.resourceVersion;
    await clock.advance(61_000);
    expect(events.slice(1)).toEqual([
      { type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: elsewhere } } },
    ]);
    // A watch from no version begins with a list, and says where it ends.
    expect(events[0]).toMatchObject({ type: 'BOOKMARK', object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } });
    stop();
  });

  it('streams a list and announces its end', async () => {
    await make('a');
    const { events, stop } = await api.watch(
      `${CONFIG_MAPS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    expect(events[1].object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    stop();
  });

  it('reports a revision that is too old in the stream, and ends', async () => {
    for (let i = 0; i < 70; i++) await make(`a${i}`);
    await clock.advance(80_000);
    await make('last');
    await api.store.compact(await api.store.revision());
    const { events, ended } = await api.watch(`${CONFIG_MAPS}?watch=1&resourceVersion=1`);
    await ended;
    expect(events).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }]);
  });

  it('resumes over a restart of the server, deletions included', async () => {
    const { json } = await make('a', { tier: 'x' });
    await make('b', { tier: 'x' });
    await api.inject('DELETE', `${CONFIG_MAPS}/a`);
    api.close();
    api = await startInjectedServer({ clock, store: api.store, namespaces: [] });
    const { events, stop } = await api.watch(`${CONFIG_MAPS}?watch=1&labelSelector=tier%3Dx&resourceVersion=${json.metadata.resourceVersion}`);
    await make('c', { tier: 'x' });
    expect(seen(events)).toEqual(['ADDED b', 'DELETED a', 'ADDED c']);
    stop();
  });

  const SELECTIONS: readonly [string, string, string][] = [
    ['a label selector', CONFIG_MAPS, 'labelSelector=tier%3Dx'],
    ['a label selector over all namespaces', '/api/v1/configmaps', 'labelSelector=tier%3Dx'],
    ['an inequality', CONFIG_MAPS, 'labelSelector=tier!%3Dy,tier!%3Dz'],
  ];
  it.each(SELECTIONS)(
    'resumed over a restart with %s tells what left the selection, and nothing of what never was in it',
    async (_, path, selector) => {
      const { json } = await make('leaves', { tier: 'x' });
      await make('other', { tier: 'y' });
      await make('enters', { tier: 'y' });
      await make('deleted', { tier: 'x' });
      await make('never', { tier: 'z' });
      const after = (await make('last', { tier: 'x' })).json.metadata.resourceVersion;
      const label = (name: string, tier: string) => api.inject('PATCH', `${CONFIG_MAPS}/${name}`, { metadata: { labels: { tier } } }, MERGE);
      await label('leaves', 'z');
      await label('other', 'z');
      await label('enters', 'x');
      for (const name of ['deleted', 'never', 'leaves']) await api.inject('DELETE', `${CONFIG_MAPS}/${name}`);
      const expected = ['DELETED leaves', 'ADDED enters', 'DELETED deleted'];
      const url = `${path}?watch=1&${selector}&resourceVersion=${after}`;
      const before = await api.watch(url);
      expect(seen(before.events)).toEqual(expected);
      before.stop();
      api.close();
      api = await startInjectedServer({ clock, store: api.store, namespaces: [] });
      const { events, stop } = await api.watch(url);
      expect(seen(events)).toEqual(expected);
      expect(events).toEqual(before.events);
      expect(events[0].object.metadata).toMatchObject({ labels: { tier: 'x' }, uid: json.metadata.uid });
      stop();
    },
  );

  it('resumed over a restart with a field selector tells of its own node’s pods alone', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const make = (name: string, nodeName?: string) =>
      api.inject('POST', pods, { metadata: { name }, spec: { ...(nodeName && { nodeName }), containers: [{ name: 'c', image: 'x' }] } });
    await make('p', 'n1');
    const { json } = await make('q', 'n2');
    const remove = (name: string) => api.inject('DELETE', `${pods}/${name}?gracePeriodSeconds=0`);
    await remove('p');
    await remove('q');
    api.close();
    api = await startInjectedServer({ clock, store: api.store, namespaces: [] });
    for (const path of ['/api/v1/pods', pods]) {
      const url = `${path}?watch=1&fieldSelector=spec.nodeName%3Dn1&resourceVersion=${json.metadata.resourceVersion}`;
      const { events, stop } = await api.watch(url);
      expect(seen(events)).toEqual(['DELETED p']);
      expect(events[0].object.spec.nodeName).toBe('n1');
      stop();
    }
  });

  it('answers 410 to a watch from before a compaction over a restart', async () => {
    const { json } = await make('a', { tier: 'x' });
    await make('b', { tier: 'x' });
    await api.inject('DELETE', `${CONFIG_MAPS}/a`);
    await api.store.compact(await api.store.revision());
    api.close();
    api = await startInjectedServer({ clock, store: api.store, namespaces: [] });
    const { events, ended } = await api.watch(`${CONFIG_MAPS}?watch=1&labelSelector=tier%3Dx&resourceVersion=${json.metadata.resourceVersion}`);
    await ended;
    expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
  });

  it('is ended for a client that does not keep up, and holds up nobody', async () => {
    let open = true;
    const slow = await api.watch(`${CONFIG_MAPS}?watch=1`, () => open);
    const quick = await api.watch(`${CONFIG_MAPS}?watch=1`);
    await make('a');
    open = false;
    expect((await make('b')).status).toBe(201);
    await slow.ended;
    expect(seen(slow.events)).toEqual(['ADDED a']);
    expect(seen(quick.events)).toEqual(['ADDED a', 'ADDED b']);
    quick.stop();
  });

  it('refuses a combination that makes no sense', async () => {
    const { status, json } = await api.inject('GET', `${CONFIG_MAPS}?watch=1&sendInitialEvents=true`);
    expect({ status, reason: json.reason }).toEqual({ status: 422, reason: 'Invalid' });
  });
});

describe('kinds with one storage', () => {
  it('serves each in its own form', async () => {
    const spec = {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    };
    const events = '/apis/events.k8s.io/v1/namespaces/default/events';
    await api.inject('POST', '/api/v1/namespaces/default/events', {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'Started',
      message: 'it started',
      type: 'Normal',
    });
    const { status, json } = await api.inject('GET', `${events}/e`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ apiVersion: 'events.k8s.io/v1', note: 'it started', regarding: { name: 'p' } });
    expect((await api.inject('GET', events)).json.items[0]).toMatchObject({ note: 'it started', regarding: { name: 'p' } });
    expect(spec).toBeDefined();
  });
});
