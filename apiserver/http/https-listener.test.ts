import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { errors } from '../../api/meta/status-error.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import { createCertificateAuthority, issueClientCertificate, issueServingCertificate } from '../../base/x509/certificate-authority.ts';
import type { ApiRequest, ApiResponse } from '../contract/request.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';
import type { HttpFront } from './https-listener.ts';
import { listen } from './https-listener.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const options = { now: Date.now() };

let ca: KeyPair;
let serving: KeyPair;
let client: KeyPair;
let api: InjectedServer;
let front: HttpFront;
let agent: Agent;
/** Answers instead of the server, where a test sets it. */
let override: ((request: ApiRequest) => Promise<ApiResponse>) | undefined;

beforeAll(async () => {
  ca = await createCertificateAuthority('test', options);
  serving = await issueServingCertificate(ca, { commonName: 'server' }, { names: ['localhost'], ips: ['127.0.0.1'] }, options);
  client = await issueClientCertificate(ca, { commonName: 'jane', organizations: ['dev'] }, options);
});

beforeEach(async () => {
  override = undefined;
  api = await startInjectedServer({ clock: systemClock });
  front = await listen({
    handle: (request) => (override ?? api.server.handle)(request),
    tls: { cert: serving.certificate, key: serving.key, clientCa: ca.certificate },
    clock: systemClock,
    log: silentLogger,
    port: 0,
    host: '127.0.0.1',
  });
  agent = new Agent({ keepAlive: true, ca: ca.certificate });
});

afterEach(async () => {
  agent.destroy();
  api.close();
  await front.close(100);
});
afterAll(() => undefined);

function open(method: string, path: string, body?: string | Buffer, more: object = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      { host: '127.0.0.1', port: front.port, servername: 'localhost', agent, method, path, headers: { 'content-type': 'application/json' }, ...more },
      resolve,
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function ask(method: string, path: string, body?: string | Buffer, more: object = {}) {
  const response = await open(method, path, body, more);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode, headers: response.headers, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}

describe('over HTTP/1.1', () => {
  it('answers with a length, on one connection', async () => {
    const made = await ask('POST', CONFIG_MAPS, JSON.stringify({ metadata: { name: 'a' }, data: { k: 'ä€' } }));
    const got = await ask('GET', `${CONFIG_MAPS}/a`);
    expect(made.status).toBe(201);
    expect(got.json).toEqual(made.json);
    expect(got.headers['content-length']).toBe(String(Buffer.byteLength(got.text)));
  });

  it('writes a long list whole, in parts', async () => {
    for (let i = 0; i < 40; i++) await api.inject('POST', CONFIG_MAPS, { metadata: { name: `n${i}` }, data: { k: 'x'.repeat(10_000) } });
    const { json } = await ask('GET', CONFIG_MAPS);
    expect(json.items).toHaveLength(40);
  });

  it.each(['x', '💥', 'ä💥'])('writes a long text of %s whole, in pieces, with its length', async (char) => {
    const text = char.repeat(400_001);
    override = async () => ({ status: 200, headers: {}, body: { kind: 'text', parts: [text] } });
    const got = await ask('GET', CONFIG_MAPS);
    expect(got.text === text).toBe(true);
    expect(got.headers['content-length']).toBe(String(Buffer.byteLength(text)));
    const head = await ask('HEAD', CONFIG_MAPS);
    expect(head.text).toBe('');
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(text)));
  });

  it('compresses long answers for those who take it', async () => {
    for (let i = 0; i < 40; i++) await api.inject('POST', CONFIG_MAPS, { metadata: { name: `n${i}` }, data: { k: 'x'.repeat(10_000) } });
    const get = async (path: string) => {
      const response = await open('GET', path, undefined, { headers: { 'accept-encoding': 'deflate, gzip;q=1.0' } });
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      return { headers: response.headers, bytes: Buffer.concat(chunks) };
    };
    const long = await get(CONFIG_MAPS);
    expect(long.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(long.bytes.length).toBeLessThan(100_000);
    expect(JSON.parse(gunzipSync(long.bytes).toString()).items).toHaveLength(40);
    const short = await get(`${CONFIG_MAPS}/n1`);
    expect(short.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(short.bytes.toString()).metadata.name).toBe('n1');
  });

  it('gives every answer an audit ID, the client’s own where it sent one, and keeps caches away', async () => {
    const first = await ask('GET', CONFIG_MAPS);
    expect(first.headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(first.headers['cache-control']).toBe('no-cache, private');
    expect((await ask('GET', `${CONFIG_MAPS}/absent`)).headers['audit-id']).not.toBe(first.headers['audit-id']);
    expect((await ask('GET', CONFIG_MAPS, undefined, { headers: { 'audit-id': 'mine' } })).headers['audit-id']).toBe('mine');
  });

  it.each([
    ['?pretty=true', 'kubectl/v1.36.0', true],
    ['', 'curl/8.5.0', true],
    ['', 'Mozilla/5.0 (X11)', true],
    ['?pretty=false', 'curl/8.5.0', false],
    ['', 'kubectl/v1.36.0', false],
  ])('indents what people read: %s to %s', async (query, userAgent, pretty) => {
    await ask('POST', CONFIG_MAPS, JSON.stringify({ metadata: { name: 'a' } }));
    const { text, json } = await ask('GET', `${CONFIG_MAPS}${query}`, undefined, { headers: { 'user-agent': userAgent } });
    expect(text).toBe(pretty ? JSON.stringify(json, null, 2) : JSON.stringify(json));
  });

  it.each([
    ['announced', {}],
    ['not announced', { headers: { 'transfer-encoding': 'chunked', 'content-type': 'application/json' } }],
  ])('answers 413 to a body over the limit whose length is %s', async (_what, more) => {
    const { status, json } = await ask('POST', CONFIG_MAPS, Buffer.alloc(4 * 1024 * 1024, 0x20), more);
    expect({ status, reason: json.reason }).toEqual({ status: 413, reason: 'RequestEntityTooLarge' });
    expect((await ask('GET', CONFIG_MAPS)).status).toBe(200);
  });

  it('streams a watch as things happen', async () => {
    const response = await open('GET', `${CONFIG_MAPS}?watch=1`);
    expect(response.statusCode).toBe(200);
    const first = once(response, 'data');
    await api.inject('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    const [chunk] = (await first) as [Buffer];
    expect(JSON.parse(chunk.toString())).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
    response.destroy();
  });

  it('cuts off a watcher that does not read, and serves the others on', async () => {
    const response = await open('GET', `${CONFIG_MAPS}?watch=1`);
    response.pause();
    const closed = once(response, 'close');
    const body = JSON.stringify({ metadata: { name: 'a' }, data: { k: 'x'.repeat(900_000) } });
    await ask('POST', CONFIG_MAPS, body);
    for (let i = 0; i < 30; i++) {
      const { status } = await ask('PATCH', `${CONFIG_MAPS}/a`, JSON.stringify({ data: { i: String(i) } }), {
        headers: { 'content-type': 'application/merge-patch+json' },
      });
      expect(status).toBe(200);
    }
    response.resume();
    await closed;
  });

  it('hands the socket over for an upgrade, and answers a refusal as HTTP', async () => {
    override = async () => ({
      status: 101,
      headers: {},
      body: {
        kind: 'upgrade',
        take(socket: Duplex) {
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
          socket.pipe(socket);
        },
      },
    });
    const upgraded = await new Promise<string>((resolve, reject) => {
      const request = httpsRequest({
        host: '127.0.0.1',
        port: front.port,
        servername: 'localhost',
        ca: ca.certificate,
        agent: false,
        headers: { connection: 'Upgrade', upgrade: 'echo' },
      });
      request.on('upgrade', (_response, socket) => {
        socket.once('data', (data: Buffer) => {
          resolve(data.toString());
          socket.destroy();
        });
        socket.write('hello');
      });
      request.on('error', reject);
      request.end();
    });
    expect(upgraded).toBe('hello');
    override = undefined;
    const refused = await ask('GET', '/api/v1/namespaces/default/pods/none/exec', undefined, {
      agent: false,
      ca: ca.certificate,
      headers: { connection: 'Upgrade', upgrade: 'echo' },
    });
    expect({ status: refused.status, kind: refused.json.kind }).toEqual({ status: 404, kind: 'Status' });
  });

  it('survives a client that speaks no HTTP', async () => {
    const socket = connectTls({ host: '127.0.0.1', port: front.port, servername: 'localhost', ca: ca.certificate });
    await once(socket, 'secureConnect');
    socket.resume();
    socket.write('\u0000\u0001garbage\r\n\r\n');
    await once(socket, 'close');
    expect((await ask('GET', CONFIG_MAPS)).status).toBe(200);
  });

  it('knows a client by its certificate, and nobody by a certificate of another CA', async () => {
    const seen: (Buffer | undefined)[] = [];
    override = async (request) => {
      seen.push(request.connection?.clientCertificate);
      return { status: 200, headers: {}, body: { kind: 'none' } };
    };
    await ask('GET', '/x', undefined, { agent: false, ca: ca.certificate, cert: client.certificate, key: client.key });
    const stranger = await issueClientCertificate(await createCertificateAuthority('other', options), { commonName: 'jane' }, options);
    await ask('GET', '/x', undefined, { agent: false, ca: ca.certificate, cert: stranger.certificate, key: stranger.key });
    expect(seen.map((certificate) => certificate !== undefined)).toEqual([true, false]);
  });
});

describe('over HTTP/2', () => {
  it('serves requests and watches on one connection, and knows the client certificate', async () => {
    const session = connectHttp2(`https://127.0.0.1:${front.port}`, {
      ca: ca.certificate,
      cert: client.certificate,
      key: client.key,
      servername: 'localhost',
    });
    let certificate: Buffer | undefined;
    override = (request) => {
      certificate = request.connection?.clientCertificate;
      return api.server.handle(request);
    };
    const watch = session.request({ ':path': `${CONFIG_MAPS}?watch=1` });
    const event = once(watch, 'data');
    await once(watch, 'response');
    const post = session.request({ ':method': 'POST', ':path': CONFIG_MAPS, 'content-type': 'application/json' });
    post.end(JSON.stringify({ metadata: { name: 'a' } }));
    const [headers] = (await once(post, 'response')) as [Record<string, unknown>];
    post.resume();
    expect(headers[':status']).toBe(201);
    const [chunk] = (await event) as [Buffer];
    expect(JSON.parse(chunk.toString())).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
    expect(certificate).toBeDefined();
    session.destroy();
  });

  it('writes a long text whole', async () => {
    const text = 'ä💥'.repeat(400_000);
    override = async () => ({ status: 200, headers: {}, body: { kind: 'text', parts: [text] } });
    const session = connectHttp2(`https://127.0.0.1:${front.port}`, { ca: ca.certificate, servername: 'localhost' });
    const chunks: Buffer[] = [];
    for await (const chunk of session.request({ ':path': CONFIG_MAPS })) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString() === text).toBe(true);
    session.destroy();
  });
});

describe('a stream that breaks', () => {
  it('ends its connection, and nothing else', async () => {
    override = async () => ({
      status: 200,
      headers: {},
      body: {
        kind: 'stream',
        async run(sink) {
          sink.write('begun\n');
          throw errors.internal('halfway');
        },
      },
    });
    const response = await open('GET', '/x');
    await expect(async () => {
      for await (const _ of response);
    }).rejects.toThrow();
    override = undefined;
    expect((await ask('GET', CONFIG_MAPS)).status).toBe(200);
  });
});
