import { duplexPair } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, eventually } from '../test-server.fixture.ts';
import type { Claimed } from './claimed-version.fixture.ts';
import { API_SERVICES, FLUNDERS, startClaimed } from './claimed-version.fixture.ts';

let claimed: Claimed;
beforeAll(async () => {
  claimed = await startClaimed();
});
afterAll(() => claimed.stop());

const flunder = (name: string) => ({ apiVersion: 'wardle.example.com/v1alpha1', kind: 'Flunder', metadata: { name } });
const alice = { name: 'älice', uid: 'u-1', groups: ['fishers', 'system:authenticated'], extra: { 'example.com/pond': ['a', 'b'] } };

/** The last request for objects: the server asks questions of its own in between. */
const lastOf = ({ seen }: Claimed['extension']) => seen.findLast(({ url }) => url.startsWith(FLUNDERS));

function request(method: string, path: string, signal: AbortSignal, headers: Record<string, string> = {}) {
  const [bare = '', query = ''] = path.split('?');
  return { method, path: bare, query: new URLSearchParams(query), headers, user: ADMIN, signal };
}

describe('a version that another server serves', () => {
  it('is answered by that server, which hears who asks', async () => {
    const { server, extension } = claimed;
    expect((await server.ask('POST', FLUNDERS, { body: flunder('one') })).status).toBe(201);
    const list = await server.ask('GET', `${FLUNDERS}?limit=500`, { headers: { 'x-remote-user': 'mallory', 'x-remote-group': 'system:masters' } });
    expect(list.json.items).toMatchObject([{ metadata: { name: 'one' } }]);
    const { headers, ...seen } = lastOf(extension) ?? { headers: {} };
    expect(seen).toMatchObject({ method: 'GET', url: `${FLUNDERS}?limit=500`, user: ADMIN.name, groups: ADMIN.groups });
    expect(headers).toMatchObject({ 'audit-id': expect.any(String), 'x-forwarded-proto': 'https', 'x-forwarded-uri': FLUNDERS });
  });

  it('is told all that is known of the user', async () => {
    const { server, extension } = claimed;
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
    const subjects = [{ apiGroup: roleRef.apiGroup, kind: 'Group', name: 'fishers' }];
    await server.ask('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      body: { metadata: { name: 'fishers' }, roleRef, subjects },
    });
    await eventually(async () => (await server.ask('GET', FLUNDERS, { user: alice })).status === 200);
    const { headers = {}, groups } = lastOf(extension) ?? {};
    expect(Buffer.from(String(headers['x-remote-user']), 'latin1').toString()).toBe('älice');
    expect(groups).toEqual(alice.groups);
    expect(headers).toMatchObject({ 'x-remote-uid': 'u-1', 'x-remote-extra-example.com%2fpond': 'a, b' });
  });

  it('is refused to those who may not ask for it, before it is asked', async () => {
    const { server, extension } = claimed;
    const answer = await server.ask('GET', FLUNDERS, { user: { name: 'nobody', groups: ['system:authenticated'] } });
    expect([answer.status, answer.json.message]).toEqual([
      403,
      'flunders.wardle.example.com is forbidden: User "nobody" cannot list resource "flunders" in API group "wardle.example.com" in the namespace "default"',
    ]);
    expect(extension.seen.filter(({ user }) => user === 'nobody')).toEqual([]);
  });

  it('passes watches on as they come, and ends them with their client', async () => {
    const { server } = claimed;
    const client = new AbortController();
    const response = await server.server.handle(request('GET', `${FLUNDERS}?watch=true`, client.signal));
    if (response.body.kind !== 'stream') throw new Error('a watch is a stream');
    let text = '';
    const sink = {
      write(chunk: string | Buffer) {
        text += chunk;
        return true;
      },
    };
    const running = response.body.run(sink, client.signal);
    await eventually(() => text.includes('"one"'));
    await server.ask('POST', FLUNDERS, { body: flunder('two') });
    await eventually(() => text.includes('"two"'));
    client.abort();
    await running;
  });

  it('gets upgraded connections', async () => {
    const [near, far] = duplexPair();
    const headers = { connection: 'Upgrade', upgrade: 'echo/1' };
    const response = await claimed.server.server.handle(request('GET', `${FLUNDERS}/one/connect`, new AbortController().signal, headers));
    if (response.body.kind !== 'upgrade') throw new Error('the connection is to be handed over');
    response.body.take(far, Buffer.alloc(0));
    let text = '';
    near.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    near.write('hello');
    await eventually(() => text.includes('hello'));
    expect(text).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
    near.destroy();
  });

  it('may not redirect clients', async () => {
    const answer = await claimed.server.ask('GET', '/apis/wardle.example.com/v1alpha1/redirect');
    expect([answer.status, answer.text]).toEqual([502, 'the backend attempted to redirect this request, which is not permitted']);
  });

  it('gets the body of a deletion', async () => {
    const { server } = claimed;
    await server.ask('POST', FLUNDERS, { body: flunder('doomed') });
    expect((await server.ask('DELETE', `${FLUNDERS}/doomed`, { body: { propagationPolicy: 'Background' } })).status).toBe(200);
    expect((await server.ask('GET', `${FLUNDERS}/doomed`)).status).toBe(404);
  });

  it('is served to clients in this process', async () => {
    const { client } = claimed.server;
    const flunders = { group: 'wardle.example.com', version: 'v1alpha1', kind: 'Flunder', plural: 'flunders', namespaced: true };
    await client.create(flunders, { ...flunder('inner'), metadata: { name: 'inner', namespace: 'default' } });
    expect((await client.get(flunders, { namespace: 'default', name: 'inner' })).metadata.name).toBe('inner');
    const { items } = await client.list(flunders, { namespace: 'default' });
    expect(items.map(({ metadata }) => metadata.name)).toContain('inner');
    await client.delete(flunders, { namespace: 'default', name: 'inner' });
    await expect(client.get(flunders, { namespace: 'default', name: 'inner' })).rejects.toMatchObject({ code: 404, reason: 'NotFound' });
    await expect(client.delete(flunders, { namespace: 'default', name: 'inner' })).rejects.toMatchObject({ code: 404 });
    const watching = new AbortController();
    const seen: string[] = [];
    const ended = client.watch(
      flunders,
      { namespace: 'default', resourceVersion: '0' },
      (event) => event.type === 'BOOKMARK' || seen.push(`${event.type} ${event.object.metadata.name}`),
      watching.signal,
    );
    await client.create(flunders, { ...flunder('seen'), metadata: { name: 'seen', namespace: 'default' } });
    await eventually(() => seen.includes('ADDED seen'));
    watching.abort();
    await ended;
  });

  it('keeps its own refusals', async () => {
    const answer = await claimed.server.ask('GET', `${FLUNDERS}/none`);
    expect([answer.status, answer.json.message]).toEqual([404, 'flunders.wardle.example.com "none" not found']);
  });

  it('is told of a request that goes round in circles', async () => {
    const { server, extension } = claimed;
    await server.ask('GET', FLUNDERS);
    const via = String(lastOf(extension)?.headers.via);
    const answer = await server.ask('GET', FLUNDERS, { headers: { via } });
    expect([answer.status, answer.text]).toEqual([508, 'the APIService v1alpha1.wardle.example.com leads back to this server\n']);
  });
});

describe('the server behind a version', () => {
  it('is not called while it is unavailable, and again once it is back', async () => {
    const { server, extension } = claimed;
    extension.failWith = 500;
    await claimed.patch({ versionPriority: 201 });
    await claimed.reason('FailedDiscoveryCheck');
    const url = `https://127.0.0.1:${extension.port}/apis/wardle.example.com/v1alpha1`;
    expect((await claimed.apiService()).condition?.message).toBe(`failing or missing response from ${url}: bad status from ${url}: 500`);
    const answer = await server.ask('GET', FLUNDERS);
    expect([answer.status, answer.text]).toEqual([503, 'service unavailable\n']);
    extension.failWith = undefined;
    await claimed.reason('Passed');
    expect((await server.ask('GET', FLUNDERS)).status).toBe(200);
  });

  it('must have a certificate of the authority that the APIService names', async () => {
    const { caBundle } = (await claimed.server.ask('GET', `${API_SERVICES}/v1alpha1.wardle.example.com`)).json.spec;
    await claimed.patch({ caBundle: null });
    await claimed.reason('FailedDiscoveryCheck');
    expect((await claimed.apiService()).condition?.message).toMatch(
      /^failing or missing response from (https:\S+): Get "\1": tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
    );
    await claimed.patch({ insecureSkipTLSVerify: true });
    await claimed.reason('Passed');
    await claimed.patch({ insecureSkipTLSVerify: null, caBundle });
    await eventually(async () => (await claimed.server.ask('GET', FLUNDERS)).status === 200);
  });

  it('is found by its service', async () => {
    const service = { metadata: { name: 'wardle' }, spec: { ports: [{ name: 'https', port: 443 }] } };
    await claimed.server.ask('DELETE', '/api/v1/namespaces/default/services/wardle');
    await claimed.reason('ServiceNotFound');
    expect((await claimed.apiService()).condition?.message).toBe('service/wardle in "default" is not present');
    await claimed.server.ask('POST', '/api/v1/namespaces/default/services', { body: service });
    await claimed.reason('ServicePortError');
    await claimed.patch({ service: { port: 443 } });
    await claimed.reason('EndpointsNotFound');
    const slice = { metadata: { name: 'wardle', labels: { 'kubernetes.io/service-name': 'wardle' } }, addressType: 'IPv4', endpoints: [] };
    await claimed.server.ask('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', { body: slice });
    await claimed.reason('MissingEndpoints');
    expect((await claimed.apiService()).condition?.message).toBe(
      'endpointslices for service/wardle in "default" have no addresses with port name "https"',
    );
  });

  it('is forgotten with its APIService', async () => {
    await claimed.server.ask('DELETE', `${API_SERVICES}/v1alpha1.wardle.example.com`);
    const answer = await claimed.server.ask('GET', FLUNDERS);
    expect([answer.status, answer.text]).toEqual([404, '404 page not found\n']);
    expect((await claimed.server.ask('GET', '/metrics')).text).toContain(
      'aggregator_unavailable_apiservice_total{name="v1alpha1.wardle.example.com",reason="FailedDiscoveryCheck"} 2',
    );
  });
});
