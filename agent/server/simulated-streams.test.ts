import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { constants, createDeflate } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { CommandAnswer } from './simulated-streams.ts';
import { serveSimulatedCommand, serveSimulatedPorts } from './simulated-streams.ts';
import { spdyDictionary } from './spdy-dictionary.ts';
import type { Frame } from './spdy-frames.ts';
import { controlFrame, headerBlock, PING, readFrames, SYN_REPLY, SYN_STREAM } from './spdy-frames.ts';

const REFUSAL = 'nothing listens';
const WANTED = { stdin: false, stdout: true, stderr: true, tty: false };
let answer: CommandAnswer;
let server: Server;
let port: number;

beforeEach(async () => {
  answer = { stdout: 'hello\n', exitCode: 0 };
  server = createServer();
  server.on('upgrade', (request, socket, head) => {
    const upgrade = { request, socket, head };
    if (request.url === '/exec') serveSimulatedCommand(answer, WANTED, upgrade);
    else serveSimulatedPorts(REFUSAL, [80], upgrade);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterEach(async () => {
  server.close();
  await once(server, 'close');
});

/** The messages of a WebSocket until it closes, as `channel text`, and the code with which it closes. */
async function messages(path: string, protocol: string): Promise<readonly string[]> {
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol);
  const seen: string[] = [];
  client.on('message', (data: Buffer) => seen.push(`${data[0]} ${data.subarray(1).toString('latin1')}`));
  const [code] = await once(client, 'close');
  return [...seen, `closed ${code}`];
}

/** The bytes within the binary messages of a WebSocket, all of them short. */
function withinWebSocket(socket: Duplex): Duplex {
  let received = Buffer.alloc(0);
  const inner = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      // Masked, as clients must, with zeros.
      socket.write(Buffer.concat([Buffer.of(0x82, 0x80 | 126, chunk.length >> 8, chunk.length & 255, 0, 0, 0, 0), chunk]), () => done());
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + (received[1] ?? 0)) {
      const end = 2 + (received[1] ?? 0);
      inner.push(received.subarray(2, end));
      received = received.subarray(end);
    }
  });
  return inner;
}

/** A client that compresses its headers with the protocol's dictionary, as Go's does. */
function spdyClient(socket: Duplex, head: Buffer) {
  const deflate = createDeflate({ dictionary: spdyDictionary() });
  const seen: string[] = [];
  readFrames(socket, head, (frame: Frame) => {
    if (frame.type === 'control') seen.push(`${frame.control === SYN_REPLY ? 'reply' : frame.control} ${frame.payload.readUInt32BE(0)}`);
    else seen.push(`${frame.stream}${frame.flags ? ' ends' : ''} ${frame.payload}`.trim());
  });
  return {
    seen,
    async open(id: number, headers: Record<string, string>) {
      deflate.write(headerBlock(headers));
      await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
      const ids = Buffer.alloc(10);
      ids.writeUInt32BE(id);
      socket.write(controlFrame(SYN_STREAM, 0, Buffer.concat([ids, deflate.read() as Buffer])));
    },
    ping(id: number) {
      const number = Buffer.alloc(4);
      number.writeUInt32BE(id);
      socket.write(controlFrame(PING, 0, number));
    },
  };
}

async function upgraded(path: string, protocol: string): Promise<{ readonly socket: Duplex; readonly head: Buffer; readonly version: unknown }> {
  const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': protocol };
  const request = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers });
  request.end();
  const [response, socket, head] = await once(request, 'upgrade');
  return { socket, head, version: response.headers['x-stream-protocol-version'] };
}

describe('a command in a simulated pod', () => {
  it.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'])('answers over a WebSocket with %s, and closes', async (protocol) => {
    expect(await messages('/exec', protocol)).toEqual(['1 hello\n', '3 {"metadata":{},"status":"Success"}', 'closed 1000']);
  });

  it('answers over the older WebSocket protocols, which tell failures in words', async () => {
    expect(await messages('/exec', 'channel.k8s.io')).toEqual(['1 hello\n', 'closed 1000']);
    answer = { stdout: '', exitCode: 3 };
    expect(await messages('/exec', 'channel.k8s.io')).toEqual(['3 command terminated with non-zero exit code: exit status 3', 'closed 1000']);
    expect(await messages('/exec', 'base64.channel.k8s.io')).toEqual([
      `51 ${Buffer.from('command terminated with non-zero exit code: exit status 3').toString('base64')}`,
      'closed 1000',
    ]);
  });

  it('answers over SPDY once the client has opened its streams', async () => {
    answer = { stdout: 'hello\n', exitCode: 1 };
    const { socket, head, version } = await upgraded('/exec', 'v4.channel.k8s.io, v3.channel.k8s.io');
    expect(version).toBe('v4.channel.k8s.io');
    const client = spdyClient(socket, head);
    client.ping(1);
    await client.open(1, { streamType: 'error' });
    await client.open(3, { streamType: 'stdout' });
    await client.open(5, { streamType: 'stderr' });
    await once(socket, 'close');
    const [, ...rest] = client.seen;
    expect(client.seen[0]).toBe(`${PING} 1`);
    expect(rest.slice(0, 4)).toEqual(['reply 1', 'reply 3', 'reply 5', '3 hello']);
    expect(rest[4]).toMatch(/^1 \{.*"reason":"NonZeroExitCode".*"message":"1"/);
    expect(rest.slice(5)).toEqual(['1 ends', '3 ends', '5 ends']);
  });
});

describe('a forwarded port of a simulated pod', () => {
  const forwarded = async (socket: Duplex, head: Buffer) => {
    const client = spdyClient(socket, head);
    await client.open(1, { streamtype: 'error', port: '80', requestid: '0' });
    await client.open(3, { streamtype: 'data', port: '80', requestid: '0' });
    while (!client.seen.includes('3 ends')) await once(socket, 'data');
    socket.destroy();
    return client.seen;
  };
  const expected = ['reply 1', `1 ${REFUSAL}`, '1 ends', 'reply 3', '3 ends'];

  it('says over SPDY that nothing listens', async () => {
    const { socket, head } = await upgraded('/portForward', 'portforward.k8s.io');
    expect(await forwarded(socket, head)).toEqual(expected);
  });

  it('says it to clients that speak SPDY within a WebSocket', async () => {
    // No library takes this name of a protocol: it has a slash.
    const handshake = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' };
    const headers = { ...handshake, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'SPDY/3.1+portforward.k8s.io' };
    const request = httpRequest({ host: '127.0.0.1', port, path: '/portForward', headers });
    request.end();
    const [response, socket, head] = await once(request, 'upgrade');
    expect(response.headers['sec-websocket-protocol']).toBe('SPDY/3.1+portforward.k8s.io');
    expect(await forwarded(withinWebSocket(socket), head)).toEqual(expected);
  });

  it('says it on both channels of the older WebSocket protocol', async () => {
    expect(await messages('/portForward', 'v4.channel.k8s.io')).toEqual(['0 P\0', '1 P\0', `1 ${REFUSAL}`, 'closed 1000']);
  });

  it('refuses a protocol that it does not know', async () => {
    const client = new WebSocket(`ws://127.0.0.1:${port}/portForward`, 'other.k8s.io');
    const [error] = await once(client, 'error');
    expect(String(error)).toContain('403');
  });
});
