import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const formOf = (as: string) => ({ accept: `application/json;as=${as};v=v1;g=meta.k8s.io` });

let api: InjectedServer;
beforeAll(async () => {
  api = await startInjectedServer({ clock: createFakeClock(), namespaces: ['default'] });
  await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
});
afterAll(() => api.close());

describe('metadata alone', () => {
  it.each([
    ['PartialObjectMetadata', CONFIG_MAPS, 'PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)'],
    [
      'PartialObjectMetadata',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles',
      'PartialObjectMetadata, but the requested object is a list (*rbac.ClusterRoleList)',
    ],
    ['PartialObjectMetadata', '/apis/events.k8s.io/v1/events', 'PartialObjectMetadata, but the requested object is a list (*core.EventList)'],
    ['PartialObjectMetadataList', `${CONFIG_MAPS}/a`, 'PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)'],
  ])('is refused as %s of %s', async (as, path, why) => {
    const { status, json } = await api.inject('GET', path, undefined, formOf(as));
    expect([status, json.reason, json.message]).toEqual([406, 'NotAcceptable', `you requested ${why}`]);
  });

  it('of a list ends a watch at its first event', async () => {
    const { events, ended } = await api.watch(`${CONFIG_MAPS}?watch=1`, undefined, formOf('PartialObjectMetadataList'));
    await ended;
    expect(events).toEqual([]);
  });

  it('of a list ends a watch of what is to come at its first change', async () => {
    const { json } = await api.inject('GET', CONFIG_MAPS);
    const path = `${CONFIG_MAPS}?watch=1&resourceVersion=${json.metadata.resourceVersion}`;
    const { events, ended } = await api.watch(path, undefined, formOf('PartialObjectMetadataList'));
    await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'b' } });
    await ended;
    expect(events).toEqual([]);
  });
});

describe('the items of a list', () => {
  it.each([CONFIG_MAPS, '/api/v1/configmaps', `${CONFIG_MAPS}?limit=1`])('of built-in kinds have no type of their own: %s', async (path) => {
    const { json, text } = await api.inject('GET', path);
    expect([json.kind, json.apiVersion]).toEqual(['ConfigMapList', 'v1']);
    expect(json.items[0].metadata.name).toBe('a');
    expect(Object.keys(json.items[0])).toEqual(['metadata']);
    expect(JSON.stringify(json)).toBe(text);
  });

  it('have none where another version than the stored one is asked for', async () => {
    const events = '/apis/events.k8s.io/v1/namespaces/default/events';
    const involvedObject = { kind: 'Pod', name: 'p', namespace: 'default' };
    await api.inject('POST', '/api/v1/namespaces/default/events', { metadata: { name: 'e' }, involvedObject, reason: 'Started', type: 'Normal' });
    const { json } = await api.inject('GET', events);
    expect(json.items[0]).toMatchObject({ reason: 'Started', regarding: { name: 'p' } });
    expect([json.items[0].kind, json.items[0].apiVersion]).toEqual([undefined, undefined]);
  });

  it('have none in YAML', async () => {
    const { text } = await api.inject('GET', `${CONFIG_MAPS}?limit=1`, undefined, { accept: 'application/yaml' });
    expect(text).toMatch(/^apiVersion: v1\nitems:\n- metadata:\n/);
    expect(text.match(/kind:|apiVersion: v1\n/g)).toEqual(['apiVersion: v1\n', 'kind:']);
  });
});

describe('includeObject', () => {
  it('is read for tables', async () => {
    const { status, json } = await api.inject('GET', `${CONFIG_MAPS}?includeObject=Bad`, undefined, formOf('Table'));
    expect([status, json.message]).toEqual([
      400,
      `Unable to convert to Table as requested: includeObject: Invalid value: "Bad": must be 'Metadata', 'Object', 'None', or empty`,
    ]);
  });

  it.each(['application/json', 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', '*/*'])(
    'is of no account for %s',
    async (accept) => {
      expect((await api.inject('GET', `${CONFIG_MAPS}?includeObject=Bad`, undefined, { accept })).status).toBe(200);
    },
  );
});
