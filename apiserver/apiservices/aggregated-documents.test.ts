import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../test-server.fixture.ts';
import type { Claimed } from './claimed-version.fixture.ts';
import { API_SERVICES, startClaimed } from './claimed-version.fixture.ts';

const V2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const KEY = 'apis/wardle.example.com/v1alpha1';
const RESOURCE = {
  resource: 'flunders',
  responseKind: { group: 'wardle.example.com', version: 'v1alpha1', kind: 'Flunder' },
  scope: 'Namespaced',
  singularResource: 'flunder',
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'watch'],
  shortNames: ['fl'],
  subresources: [{ subresource: 'status', responseKind: { group: 'wardle.example.com', version: 'v1alpha1', kind: 'Flunder' }, verbs: ['get'] }],
};

describe.each([
  ['a server of today', {}],
  ['an old server', { withoutAggregatedDiscovery: true, withoutOpenApiV3: true }],
])('a version of %s', (_sentence, options) => {
  let claimed: Claimed;
  beforeAll(async () => {
    claimed = await startClaimed(options);
  });
  afterAll(() => claimed.stop());

  const aggregated = async (headers: Record<string, string> = {}) => claimed.server.ask('GET', '/apis', { headers: { accept: V2, ...headers } });
  const version = async () => {
    const items: { metadata: { name: string }; versions: object[] }[] = (await aggregated()).json.items;
    return items.find(({ metadata }) => metadata.name === 'wardle.example.com')?.versions[0];
  };

  it('stands in discovery with all that its server says', async () => {
    await eventually(async () => JSON.stringify(await version())?.includes('Current'));
    expect(await version()).toEqual({ version: 'v1alpha1', resources: [RESOURCE], freshness: 'Current' });
    const first = await aggregated();
    expect(first.headers['content-type']).toBe(V2);
    expect((await aggregated({ 'if-none-match': String(first.headers.etag) })).status).toBe(304);
    const { json } = await claimed.server.ask('GET', '/apis');
    const group = { name: 'wardle.example.com', versions: [{ groupVersion: 'wardle.example.com/v1alpha1', version: 'v1alpha1' }] };
    expect(json.groups).toContainEqual({ ...group, preferredVersion: group.versions[0] });
    expect((await claimed.server.ask('GET', '/apis/wardle.example.com')).json).toMatchObject({ kind: 'APIGroup', apiVersion: 'v1', ...group });
    expect((await claimed.server.ask('GET', '/apis/wardle.example.com/v1alpha1')).json.resources[0].name).toBe('flunders');
    expect((await claimed.server.ask('GET', '/apis/apps')).json).toMatchObject({ kind: 'APIGroup', name: 'apps' });
    expect((await claimed.server.ask('GET', '/apis/nothing.example')).status).toBe(404);
  });

  it('stands in OpenAPI', async () => {
    const index = async () => (await claimed.server.ask('GET', '/openapi/v3')).json.paths;
    await eventually(async () => KEY in (await index()));
    const { serverRelativeURL } = (await index())[KEY];
    expect(serverRelativeURL).toMatch(new RegExp(`^/openapi/v3/${KEY}\\?hash=[0-9A-F]+$`));
    expect(await index()).toHaveProperty(['apis/apps/v1']);
    const { json } = await claimed.server.ask('GET', serverRelativeURL);
    expect(json.components.schemas['com.example.wardle.v1alpha1.Flunder'].properties.spec.properties.reference.type).toBe('string');
    const v2 = (await claimed.server.ask('GET', '/openapi/v2', { headers: { accept: 'application/json' } })).json;
    expect(v2.definitions['com.example.wardle.v1alpha1.Flunder'].type).toBe('object');
    expect(Object.keys(v2.paths)).toEqual(
      expect.arrayContaining(['/apis/wardle.example.com/v1alpha1/namespaces/{namespace}/flunders', '/api/v1/pods']),
    );
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const protobuf = await claimed.server.ask('GET', '/openapi/v2', { headers: { accept } });
    expect(protobuf.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    for (const name of ['com.example.wardle.v1alpha1.Flunder', 'io.k8s.api.core.v1.Pod']) expect(protobuf.text).toContain(name);
  });

  it('is stale while its server does not say what it serves', async () => {
    claimed.extension.failWith = 503;
    await claimed.patch({ versionPriority: 7 });
    await eventually(async () => JSON.stringify(await version()).includes('Stale'));
    expect(await version()).toEqual({ version: 'v1alpha1', resources: [], freshness: 'Stale' });
    claimed.extension.failWith = undefined;
    await eventually(async () => JSON.stringify(await version()).includes('Current'));
  });

  it('leaves no trace', async () => {
    await claimed.server.ask('DELETE', `${API_SERVICES}/v1alpha1.wardle.example.com`);
    expect(await version()).toBeUndefined();
    expect((await claimed.server.ask('GET', '/apis/wardle.example.com')).status).toBe(404);
    expect((await claimed.server.ask('GET', '/openapi/v3')).json.paths).not.toHaveProperty([KEY]);
  });
});
