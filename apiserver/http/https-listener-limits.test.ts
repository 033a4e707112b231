import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { KeyPair } from '../../base/x509/certificate.ts';
import { createCertificateAuthority, issueServingCertificate } from '../../base/x509/certificate-authority.ts';
import type { ApiRequest, ApiResponse } from '../contract/request.ts';
import type { FrontLimits, HttpFront } from './https-listener.ts';
import { listen } from './https-listener.ts';

/** Each test shortens the limit that it is about: on a slow machine a connection would reach the others first. */
const QUICK = { headersMs: 100, requestMs: 200 };
const HEAD = 'POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

let ca: KeyPair;
let serving: KeyPair;
let front: HttpFront;
let served: ApiRequest[];

beforeAll(async () => {
  ca = await createCertificateAuthority('test', { now: Date.now() });
  serving = await issueServingCertificate(ca, { commonName: 'server' }, { names: ['localhost'], ips: ['127.0.0.1'] }, { now: Date.now() });
});
afterEach(() => front.close(0));

const answer = async (request: ApiRequest): Promise<ApiResponse> => {
  await request.receive?.('sender');
  served.push(request);
  return { status: 200, headers: {}, body: { kind: 'text', parts: ['ok'] } };
};

async function start(limits: Partial<FrontLimits>, handle = answer): Promise<void> {
  served = [];
  const tls = { cert: serving.certificate, key: serving.key, clientCa: ca.certificate };
  front = await listen({ handle, tls, clock: systemClock, log: silentLogger, port: 0, host: '127.0.0.1', limits });
}

async function connection(): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port: front.port, servername: 'localhost', ca: ca.certificate });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** Returns the bytes that the server sends until it ends the connection. */
async function untilClosed(socket: TLSSocket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await closed(socket);
  return text;
}

/** However it came about. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
  });

describe('a connection is ended', () => {
  it('that makes no handshake', async () => {
    await start({ handshakeMs: 100 });
    const socket = connectTcp({ host: '127.0.0.1', port: front.port });
    socket.on('error', () => undefined).resume();
    await closed(socket);
  });

  it.each([
    ['that says nothing', ''],
    ['whose headers do not end', 'GET /x HTTP/1.1\r\nHost: local'],
    ['whose body does not end', `${HEAD}Content-Length: 100\r\n\r\n{`],
    ['whose chunks do not end', `${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`],
  ])('%s', async (_what, text) => {
    await start(QUICK);
    const socket = await connection();
    socket.write(text);
    expect(await untilClosed(socket)).not.toMatch(/ 200 /);
    expect(served).toEqual([]);
  });

  it('that is idle after a request', async () => {
    await start({ idleMs: 100 });
    const socket = await connection();
    socket.write('GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('over HTTP/2 that is idle, but not one with an answer under way', async () => {
    let finish = () => {};
    await start({ idleMs: 2_000 }, async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { status: 200, headers: {}, body: { kind: 'text', parts: ['late'] } };
    });
    const session = connectHttp2(`https://127.0.0.1:${front.port}`, { ca: ca.certificate, servername: 'localhost' });
    const stream = session.request({ ':path': '/x' });
    const idle = connectHttp2(`https://127.0.0.1:${front.port}`, { ca: ca.certificate, servername: 'localhost' });
    await once(idle, 'close');
    expect(session.closed).toBe(false);
    finish();
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    expect(text).toBe('late');
    await once(session, 'close');
  });
});

it('a request over HTTP/2 whose body does not end is cut off', async () => {
  await start(QUICK);
  const session = connectHttp2(`https://127.0.0.1:${front.port}`, { ca: ca.certificate, servername: 'localhost' });
  const stream = session.request({ ':path': '/x', ':method': 'POST', 'content-type': 'application/json' });
  stream.on('error', () => undefined);
  stream.write('{');
  await once(stream, 'close');
  expect(served).toEqual([]);
  session.destroy();
});

it('connections beyond the limit are turned away, the others served on', async () => {
  await start({ connections: 2 });
  const held = [await connection(), await connection()];
  const extra = connectTcp({ host: '127.0.0.1', port: front.port });
  extra.on('error', () => undefined).resume();
  await closed(extra);
  for (const socket of held) {
    socket.write('GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 200 OK/);
  }
});

describe('a request that could be read as two', () => {
  it.each([
    ['with a length and chunks', `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['with two lengths', `${HEAD}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['with a negative length', `${HEAD}Content-Length: -2\r\n\r\n{}`],
    ['with a coding that is not known', `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['with a space before the colon', 'GET /x HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello'],
    ['with a folded header', 'GET /x HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n'],
    ['with lines that end in a bare LF', 'GET /x HTTP/1.1\nHost: x\n\n'],
    ['without a host', 'GET /x HTTP/1.1\r\n\r\n'],
  ])('is refused with 400, and its connection ended: %s', async (_what, text) => {
    await start({});
    const socket = await connection();
    socket.write(text);
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(served).toEqual([]);
  });
});

it('a long URL is read, headers beyond a megabyte are not', async () => {
  await start({});
  const socket = await connection();
  socket.write(`GET /x?labelSelector=${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 200 OK/);
  const greedy = await connection();
  greedy.write(`GET /x HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(1_100_000)}\r\n\r\n`);
  await untilClosed(greedy);
  expect(served).toHaveLength(1);
});
