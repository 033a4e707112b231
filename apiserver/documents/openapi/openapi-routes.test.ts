import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const V2 = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

describe('the documents of OpenAPI', () => {
  it('may be kept for good by those who ask for a hash, and another hash leads to the present one', async () => {
    const { json } = await server.ask('GET', '/openapi/v3');
    const url: string = json.paths['apis/apps/v1'].serverRelativeURL;
    const kept = await server.ask('GET', url);
    expect([kept.status, kept.headers['cache-control']]).toEqual([200, 'public, immutable']);
    expect(Date.parse(String(kept.headers.expires))).toBeGreaterThan(Date.now());
    const old = await server.ask('GET', '/openapi/v3/apis/apps/v1?hash=OLD');
    expect([old.status, old.headers.location]).toEqual([301, url]);
    const plain = await server.ask('GET', '/openapi/v3/apis/apps/v1');
    expect(plain.headers['cache-control']).toBeUndefined();
    const again = await server.ask('GET', '/openapi/v3/apis/apps/v1', { headers: { 'if-none-match': String(plain.headers.etag) } });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it.each([
    ['/openapi/v2', V2, 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'],
    ['/openapi/v2', `application/x,${V2},application/json`, 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'],
    ['/openapi/v2', `application/json,${V2}`, 'application/json'],
    ['/openapi/v2', '*/*', 'application/json'],
    [
      '/openapi/v3/api/v1',
      'application/com.github.proto-openapi.spec.v3@v1.0+protobuf',
      'application/com.github.proto-openapi.spec.v3.v1.0+protobuf',
    ],
  ])('%s is answered to "%s" as %s', async (path, accept, type) => {
    const answer = await server.ask('GET', path, { headers: { accept } });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, type]);
  });

  it('are refused to those who take none of the forms', async () => {
    expect((await server.ask('GET', '/openapi/v2', { headers: { accept: 'text/html' } })).status).toBe(406);
    expect((await server.ask('GET', '/openapi/v3/api/v1', { headers: { accept: V2 } })).status).toBe(406);
  });

  it('are none at other paths', async () => {
    expect((await server.ask('GET', '/openapi')).status).toBe(404);
    expect((await server.ask('GET', '/openapi/v3/apis/none/v1')).status).toBe(404);
  });
});
