import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '../../api/kinds/core/config-map.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { errors, isExpired } from '../../api/meta/status-error.ts';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createCertificateAuthority, issueClientCertificate, issueServingCertificate } from '../../base/x509/certificate-authority.ts';
import type { WatchEvent } from './client.ts';
import { bodyText } from './http-transport.ts';
import { createHttpsClient, createImpersonatingClients } from './https-client.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers as told and remembers what it was asked. */
async function serve(answer: Answer) {
  const asked: { method?: string; url?: string; body: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyText(request);
    asked.push({ method: request.method, url: request.url, body, headers: request.headers });
    answer(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const clock = createFakeClock();
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const client = createHttpsClient({ server: url, token: 'secret', clock, timeoutMs: 0 });
  return { asked, client, clock, url };
}

const ok =
  (object: object, code = 200): Answer =>
  (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(object));
  };
/** Until the client pauses: the answer it pauses after comes over a real socket. */
async function untilItWaits(clock: FakeClock): Promise<void> {
  const signal = AbortSignal.timeout(3000);
  while (clock.pending() === 0) {
    signal.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const key = { namespace: 'default', name: 'a' };

describe('the HTTPS client', () => {
  it('asks at the kind’s paths with the bearer token', async () => {
    const { asked, client } = await serve(ok({ metadata: { name: 'a' } }));
    await client.get(configMaps, key);
    await client.get(nodes, { namespace: '', name: 'n' });
    await client.create(pods, { metadata: { namespace: 'default', name: 'a' }, spec: { containers: [] } }, { dryRun: true, fieldManager: 'me' });
    await client.update(pods, { metadata: { namespace: 'default', name: 'a' } }, { subresource: 'status' });
    await client.createSubresource(pods, key, 'binding', { kind: 'Binding' });
    await client.delete(pods, key, { gracePeriodSeconds: 0, preconditions: { uid: 'u' } });
    await client.deleteCollection(pods, { namespace: 'default', labelSelector: 'a=b' });
    await client.getSubresource(pods, key, 'scale');
    await client.getSubresource(pods, { ...key, name: '*' }, 'qps', { labelSelector: 'a=b' });
    await client.update(
      pods,
      { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { namespace: 'default', name: 'a' } },
      { subresource: 'scale' },
    );
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/v1/namespaces/default/configmaps/a',
      'GET /api/v1/nodes/n',
      'POST /api/v1/namespaces/default/pods?fieldManager=me&dryRun=All',
      'PUT /api/v1/namespaces/default/pods/a/status',
      'POST /api/v1/namespaces/default/pods/a/binding',
      'DELETE /api/v1/namespaces/default/pods/a',
      'DELETE /api/v1/namespaces/default/pods?labelSelector=a%3Db',
      'GET /api/v1/namespaces/default/pods/a/scale',
      'GET /api/v1/namespaces/default/pods/*/qps?labelSelector=a%3Db',
      'PUT /api/v1/namespaces/default/pods/a/scale',
    ]);
    expect(JSON.parse(asked.at(-1)?.body ?? '')).toMatchObject({ apiVersion: 'autoscaling/v1', kind: 'Scale' });
    expect(asked[0]?.headers.authorization).toBe('Bearer secret');
    expect(JSON.parse(asked[2]?.body ?? '')).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
    expect(JSON.parse(asked[5]?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      preconditions: { uid: 'u' },
    });
  });

  it.each([
    ['json', { type: 'json', operations: [{ op: 'remove', path: '/data' }] }, 'application/json-patch+json', ''],
    ['merge', { type: 'merge', body: { data: null } }, 'application/merge-patch+json', ''],
    ['strategic', { type: 'strategic', body: { data: null } }, 'application/strategic-merge-patch+json', ''],
    ['apply', { type: 'apply', body: { kind: 'ConfigMap' }, force: true }, 'application/apply-patch+yaml', '?fieldManager=skiff&force=true'],
  ] as const)('sends a %s patch under its media type', async (_name, patch, mediaType, query) => {
    const { asked, client } = await serve(ok({}));
    await client.patch(configMaps, key, patch);
    expect(asked[0]?.headers['content-type']).toBe(mediaType);
    expect(asked[0]?.url).toBe(`/api/v1/namespaces/default/configmaps/a${query}`);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual(patch.type === 'json' ? patch.operations : patch.body);
  });

  it('fills in the type of listed objects', async () => {
    const { asked, client } = await serve(ok({ metadata: { resourceVersion: '12', continue: 'more' }, items: [{ metadata: { name: 'a' } }] }));
    const list = await client.list(configMaps, { limit: 1, resourceVersion: '0' });
    expect(list).toEqual({ items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }], resourceVersion: '12', continue: 'more' });
    expect(asked[0]?.url).toBe('/api/v1/configmaps?limit=1&resourceVersion=0');
  });

  it('throws the server’s Status as a StatusError', async () => {
    const { client } = await serve(ok(errors.notFound(configMaps, 'a').toStatus(), 404));
    await expect(client.get(configMaps, key)).rejects.toMatchObject({ reason: 'NotFound', code: 404, message: 'configmaps "a" not found' });
  });

  it('makes a StatusError of an answer that is no Status', async () => {
    const { client } = await serve((_request, response) => response.writeHead(503).end('upstream is away'));
    await expect(client.get(configMaps, key)).rejects.toMatchObject({ reason: 'ServiceUnavailable', code: 503, message: 'upstream is away' });
  });

  it('waits as long as a 429 asks for, then tries again, writes too', async () => {
    let calls = 0;
    const { client, clock, asked } = await serve((_request, response) => {
      calls++;
      if (calls === 1) response.writeHead(429, { 'retry-after': '3' }).end();
      else response.end('{}');
    });
    const write = client.create(configMaps, { metadata: { name: 'a', namespace: 'default' } });
    await untilItWaits(clock);
    await clock.advance(3000);
    await write;
    expect(asked).toHaveLength(2);
  });

  it('tries a read again whose connection was cut, but not a write', async () => {
    let cut = true;
    const { client, clock, asked } = await serve((request, response) => {
      if (cut) request.socket.destroy();
      else response.end('{}');
      cut = false;
    });
    const read = client.get(configMaps, key);
    await untilItWaits(clock);
    await clock.advance(1000);
    await read;
    expect(asked).toHaveLength(2);
    cut = true;
    await expect(client.create(configMaps, { metadata: { name: 'a', namespace: 'default' } })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(asked).toHaveLength(3);
  });

  it('shares few connections among many requests, and watches beside them', async () => {
    const connections = new Set<unknown>();
    const held: (() => void)[] = [];
    const { client } = await serve((request, response) => {
      connections.add(request.socket);
      if (request.url?.includes('watch=')) response.writeHead(200).end('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}\n');
      else held.push(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
    });
    const requests = Array.from({ length: 100 }, () => client.get(configMaps, key));
    const watched = new Promise<WatchEvent<ConfigMap>>((resolve) => {
      void client.watch(configMaps, { namespace: 'default', resourceVersion: '1' }, resolve, new AbortController().signal);
    });
    // The watch does not wait for the requests, which are all unanswered.
    expect(await watched).toMatchObject({ type: 'BOOKMARK', resourceVersion: '7' });
    let open = true;
    const answering = (async () => {
      while (open) {
        for (const answer of held.splice(0)) answer();
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await Promise.all(requests);
    open = false;
    await answering;
    expect(connections.size).toBeLessThanOrEqual(17);
  });

  it('delivers watch events in order, however they are cut into chunks', async () => {
    const lines = [
      { type: 'ADDED', object: { metadata: { name: 'ä', resourceVersion: '1' } } },
      { type: 'BOOKMARK', object: { metadata: { resourceVersion: '5' } } },
      { type: 'DELETED', object: { metadata: { name: 'ä', resourceVersion: '6' } } },
    ];
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { client, asked } = await serve(async (_request, response) => {
      response.writeHead(200);
      for (let at = 0; at < bytes.length; at += 7) {
        response.write(bytes.subarray(at, at + 7));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    const seen: WatchEvent<object>[] = [];
    await client.watch(
      configMaps,
      { resourceVersion: '0', allowWatchBookmarks: true, timeoutSeconds: 9 },
      (event) => seen.push(event),
      new AbortController().signal,
    );
    expect(seen).toMatchObject([
      { type: 'ADDED', object: { kind: 'ConfigMap', metadata: { name: 'ä' } } },
      { type: 'BOOKMARK', resourceVersion: '5' },
      { type: 'DELETED', object: { metadata: { resourceVersion: '6' } } },
    ]);
    expect(asked[0]?.url).toBe('/api/v1/configmaps?resourceVersion=0&allowWatchBookmarks=true&timeoutSeconds=9&watch=true');
  });

  it('rejects a watch whose revision is gone, whether the answer or the stream says so', async () => {
    const gone = errors.expired('too old');
    const streamed = await serve((_request, response) => response.end(`${JSON.stringify({ type: 'ERROR', object: gone.toStatus() })}\n`));
    const answered = await serve(ok(gone.toStatus(), 410));
    for (const { client } of [streamed, answered]) {
      const watch = client.watch(configMaps, { resourceVersion: '1' }, () => {}, new AbortController().signal);
      await expect(watch.catch((error: unknown) => isExpired(error))).resolves.toBe(true);
    }
  });

  it('ends a watch without an error when it is told to', async () => {
    const { client } = await serve((_request, response) => {
      response.writeHead(200);
      response.flushHeaders();
    });
    const stop = new AbortController();
    const watch = client.watch(configMaps, { resourceVersion: '1' }, () => {}, stop.signal);
    setImmediate(() => stop.abort());
    await watch;
  });

  it('shows the certificate that is current, over new connections', async () => {
    const ca = await createCertificateAuthority('ca', { now: Date.now() });
    const serving = await issueServingCertificate(ca, { commonName: 'server' }, { names: [], ips: ['127.0.0.1'] }, { now: Date.now() });
    const seen: string[] = [];
    const tls = { cert: serving.certificate, key: serving.key, ca: ca.certificate, requestCert: true };
    const server = createTlsServer(tls, (request, response) => {
      if (request.socket instanceof TLSSocket) seen.push(String(request.socket.getPeerCertificate().subject.CN));
      response.end('{"metadata":{"name":"n"}}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const identities = await Promise.all(
      ['first', 'second'].map(async (name) => {
        const { certificate: cert, key } = await issueClientCertificate(ca, { commonName: name }, { now: Date.now() });
        return { cert, key };
      }),
    );
    let [identity] = identities;
    const { port } = server.address() as AddressInfo;
    const client = createHttpsClient({ server: `https://127.0.0.1:${port}`, ca: ca.certificate, identity: () => identity ?? { cert: '', key: '' } });
    const get = () => client.get(nodes, { namespace: '', name: 'n' });
    await get();
    identity = identities[1];
    await get();
    await get();
    expect(seen).toEqual(['first', 'second', 'second']);
  });

  it('acts as other users over one set of connections', async () => {
    const { asked, url } = await serve((_, response) => response.end('{"metadata":{"name":"n"}}'));
    const clientFor = createImpersonatingClients({ server: url, token: 'secret' });
    const key = { namespace: '', name: 'n' };
    await clientFor({ name: 'system:node:a', groups: ['system:nodes'] }).get(nodes, key);
    await clientFor({ name: 'b', groups: ['x', 'y'] }).get(nodes, key);
    expect(asked.map(({ headers }) => [headers.authorization, headers['impersonate-user'], headers['impersonate-group']])).toEqual([
      ['Bearer secret', 'system:node:a', 'system:nodes'],
      ['Bearer secret', 'b', 'x, y'],
    ]);
  });
});
