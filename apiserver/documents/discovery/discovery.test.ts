import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareVersions } from '../../../api/definition/version-order.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const V2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const KUBECTL = `${V2},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`;

describe('discovery', () => {
  it('lists a group version with its subresources', async () => {
    const { json } = await server.ask('GET', '/api/v1');
    expect(json).toMatchObject({ kind: 'APIResourceList', groupVersion: 'v1' });
    const named = (name: string) => json.resources.find((resource: { name: string }) => resource.name === name);
    expect(named('pods')).toMatchObject({ singularName: 'pod', namespaced: true, kind: 'Pod', shortNames: ['po'], categories: ['all'] });
    expect(named('pods/eviction')).toEqual({
      name: 'pods/eviction',
      singularName: '',
      namespaced: true,
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    });
    expect(named('pods/exec')).toMatchObject({ kind: 'PodExecOptions', verbs: ['create', 'get'] });
    expect(named('namespaces').verbs).not.toContain('deletecollection');
  });

  it('tells the stored version of what is stored', async () => {
    const hashes = async (path: string) =>
      Object.fromEntries(
        (await server.ask('GET', path)).json.resources.map((of: { name: string; storageVersionHash?: string }) => [of.name, of.storageVersionHash]),
      );
    const core = await hashes('/api/v1');
    expect(core.pods).toBe('xPOwRZ+Yhw8=');
    expect(core.bindings).toBeUndefined();
    expect(core['pods/status']).toBeUndefined();
    expect(await hashes('/apis/apps/v1beta2')).toMatchObject({ deployments: '8aSe+NMegvE=' });
    expect((await hashes('/apis/events.k8s.io/v1')).events).toBe(core.events);
  });

  it('lists groups with the version to prefer', async () => {
    const { json } = await server.ask('GET', '/apis');
    const apps = json.groups.find((group: { name: string }) => group.name === 'apps');
    expect(apps.preferredVersion).toEqual({ groupVersion: 'apps/v1', version: 'v1' });
    expect((await server.ask('GET', '/apis/apps')).json).toMatchObject({ kind: 'APIGroup', name: 'apps' });
    expect((await server.ask('GET', '/api')).json).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
  });

  it.each([
    ['/api/v2', 'application/json', 'the server could not find the requested resource'],
    ['/api/v2/pods', 'application/json', 'the server could not find the requested resource'],
    ['/apis/none.example.com/v1', 'text/plain; charset=utf-8', '404 page not found'],
    ['/nothing', 'text/plain; charset=utf-8', '404 page not found'],
  ])('answers %s, which nothing serves, in %s', async (path, type, message) => {
    const answer = await server.ask('GET', path);
    expect([answer.status, answer.headers['content-type']]).toEqual([404, type]);
    expect(answer.text).toContain(message);
  });

  it('gives all in one document to those who ask for it, and nothing to those who have it', async () => {
    const first = await server.ask('GET', '/apis', { headers: { accept: KUBECTL } });
    expect(first.headers['content-type']).toBe(V2);
    const apps = JSON.parse(first.text).items.find((item: { metadata: { name: string } }) => item.metadata.name === 'apps');
    const deployments = apps.versions[0].resources.find((resource: { resource: string }) => resource.resource === 'deployments');
    expect(deployments).toMatchObject({
      scope: 'Namespaced',
      singularResource: 'deployment',
      responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
    });
    expect(deployments.subresources[0]).toMatchObject({ subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } });
    const again = await server.ask('GET', '/apis', { headers: { accept: KUBECTL, 'if-none-match': String(first.headers.etag) } });
    expect([again.status, again.text]).toEqual([304, '']);
    expect(JSON.parse((await server.ask('GET', '/api', { headers: { accept: KUBECTL } })).text).items).toHaveLength(1);
  });

  it('lists every path at the root', async () => {
    const { json } = await server.ask('GET', '/');
    expect(json.paths).toEqual(expect.arrayContaining(['/api', '/api/v1', '/apis/apps', '/apis/apps/v1', '/healthz', '/metrics', '/version']));
  });

  it('knows nothing of groups that are not served', async () => {
    const answer = await server.ask('GET', '/apis/nothing.example/v1');
    expect([answer.status, answer.text]).toEqual([404, '404 page not found\n']);
  });

  it.each([
    [
      ['v1beta1', 'v1', 'v2'],
      ['v2', 'v1', 'v1beta1'],
    ],
    [
      ['v1alpha1', 'v1beta2', 'v1beta10', 'foo1'],
      ['v1beta10', 'v1beta2', 'v1alpha1', 'foo1'],
    ],
  ])('prefers of %j in the order %j', (versions, sorted) => expect([...versions].sort(compareVersions)).toEqual(sorted));
});

describe('health', () => {
  it('tells each check where asked to be verbose', async () => {
    const answer = await server.ask('GET', '/readyz?verbose=');
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(
      /^\[\+\]ping ok\n\[\+\]log ok\n\[\+\]etcd ok\n\[\+\]etcd-readiness ok\n\[\+\]informer-sync ok\n(\[\+\](poststarthook\/[a-z0-9/-]+|autoregister-completion) ok\n)+\[\+\]shutdown ok\nreadyz check passed\n$/,
    );
    expect((await server.ask('GET', '/readyz')).text).toBe('ok');
    expect((await server.ask('GET', '/livez/etcd')).text).toBe('ok');
    expect((await server.ask('GET', '/livez/nothing')).status).toBe(404);
  });

  it('fails with the check that does, without its reason', async () => {
    const sick = await startTestServer({ checks: [{ name: 'disk', check: () => 'full' }] });
    const answer = await sick.ask('GET', '/livez');
    expect(answer.status).toBe(500);
    expect(answer.text).toMatch(/^\[\+\]ping ok\n(\[.\].*\n)+\[-\]disk failed: reason withheld\n(\[.\].*\n)*livez check failed\n$/);
    expect((await sick.ask('GET', '/livez/disk')).text).toBe('internal server error: full\n');
    expect((await sick.ask('GET', '/livez?exclude=disk')).text).toBe('ok');
    await sick.stop();
  });
});

describe('what the server says of itself', () => {
  it('is a version that clients can compare', async () => {
    const { json } = await server.ask('GET', '/version');
    expect(json).toMatchObject({ major: '1', minor: '36' });
    expect(json.gitVersion).toMatch(/^v1\.36\.\d+\+[0-9A-Za-z.-]+$/);
  });

  it('is the key that its tokens are signed with', async () => {
    const { json } = await server.ask('GET', '/.well-known/openid-configuration');
    expect(json.jwks_uri).toBe('https://127.0.0.1:6443/openid/v1/jwks');
    const keys = JSON.parse((await server.ask('GET', '/openid/v1/jwks')).text).keys;
    expect(keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }]);
    expect(keys[0].d).toBeUndefined();
  });
});
