import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { constants, inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { tunnel } from './tunnel.ts';

const frame = (stream: number, flags: number, text: string): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(flags * 2 ** 24 + Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
};

/** A streaming server that speaks SPDY: it echoes standard input and the sizes of the terminal, and ends with a status when input ends. */
function serveSpdy(socket: Duplex): void {
  const types = new Map<number, string>();
  const idOf = (type: string) => [...types].find(([, known]) => known === type)?.[0] ?? 0;
  let headers = Buffer.alloc(0);
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const length = received.length < 8 ? Number.POSITIVE_INFINITY : 8 + (received.readUInt32BE(4) % 2 ** 24);
      if (received.length < length) return;
      const [first, flags, payload] = [received.readUInt32BE(0), received.readUInt8(4), received.subarray(8, length)];
      received = received.subarray(length);
      if (first >= 2 ** 31) {
        expect(first).toBe(0x80030001);
        headers = Buffer.concat([headers, payload.subarray(10)]);
        // Go's inflater gives out nothing before a flush.
        expect(payload.subarray(-5)).toEqual(Buffer.of(0, 0, 0, 0xff, 0xff));
        const text = inflateSync(headers, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');
        types.set(payload.readUInt32BE(0), text.slice(text.lastIndexOf('streamtype') + 14));
      } else if (types.get(first) === 'resize') socket.write(frame(idOf('stdout'), 0, `resized ${payload}`));
      else if (flags === 1) socket.write(Buffer.concat([frame(idOf('stdout'), 0, 'bye'), frame(idOf('error'), 1, '{"status":"Success"}')]));
      else socket.write(frame(idOf('stdout'), 0, `${payload}`));
    }
  });
}

let runtime: Server;
let agent: Server;
let asked: string[];
const urlOf = (server: Server) => `//127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeEach(async () => {
  asked = [];
  runtime = createServer((_request, response) => response.writeHead(404).end('no such token'));
  runtime.on('upgrade', (request, socket) => {
    const protocol = String(request.headers['x-stream-protocol-version']);
    asked.push(`${request.headers.upgrade} ${protocol}`);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n');
    if (protocol === 'portforward.k8s.io') socket.pipe(socket);
    else serveSpdy(socket);
  });
  agent = createServer();
  agent.on('upgrade', (request, socket, head) => {
    const streams = request.url === '/forward' ? undefined : { stdin: true, stdout: true, stderr: false, tty: true };
    tunnel(`http:${urlOf(runtime)}${request.url}`, request, socket, head, streams);
  });
  for (const server of [runtime, agent]) await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  for (const server of [runtime, agent]) {
    server.closeAllConnections();
    server.close();
  }
});

async function connect(path: string, ...protocols: string[]) {
  const client = new WebSocket(`ws:${urlOf(agent)}${path}`, protocols);
  const messages: Buffer[] = [];
  client.on('message', (data: Buffer) => messages.push(data));
  await once(client, 'open');
  const until = async (check: () => boolean) => {
    while (!check()) await Promise.race([once(client, 'message'), once(client, 'close')]);
  };
  return { client, until, channel: (id: number) => messages.flatMap((data) => (data[0] === id ? [data.subarray(1).toString()] : [])).join('') };
}

describe('a WebSocket', () => {
  it('in v5.channel.k8s.io carries the streams of exec, ends input on its signal, and brings what comes after', async () => {
    const { client, until, channel } = await connect('/exec/token', 'v5.channel.k8s.io', 'v4.channel.k8s.io');
    expect(client.protocol).toBe('v5.channel.k8s.io');
    client.send(Buffer.from('\u0000typed '));
    client.send(Buffer.from('\u0004{"Width":80}'));
    await until(() => channel(1).includes('resized'));
    const long = 'x'.repeat(100_000);
    client.send(Buffer.from(`\u0000${long}`));
    client.send(Buffer.of(255, 0));
    const [code] = (await once(client, 'close')) as [number];
    expect([channel(1), channel(3), code]).toEqual([`typed resized {"Width":80}${long}bye`, '{"status":"Success"}', 1000]);
    expect(asked).toEqual(['SPDY/3.1 v4.channel.k8s.io']);
  });

  it('with SPDY within carries the bytes of port-forward', async () => {
    // No library takes this name of a protocol: it has a slash.
    const handshake = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' };
    const headers = { ...handshake, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'SPDY/3.1+portforward.k8s.io' };
    const request = httpRequest(`http:${urlOf(agent)}/forward`, { headers }).end();
    const [response, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Duplex];
    expect(response.headers['sec-websocket-protocol']).toBe('SPDY/3.1+portforward.k8s.io');
    socket.write(Buffer.concat([Buffer.of(0x82, 0x80 | 10, 0, 0, 0, 0), Buffer.from('some bytes')]));
    const [message] = (await once(socket, 'data')) as [Buffer];
    expect(message).toEqual(Buffer.concat([Buffer.of(0x82, 10), Buffer.from('some bytes')]));
    expect(asked).toEqual(['SPDY/3.1 portforward.k8s.io']);
    socket.destroy();
  });

  it('is refused in the runtime’s words, or if it speaks nothing known', async () => {
    runtime.removeAllListeners('upgrade');
    await expect(connect('/exec/token', 'v5.channel.k8s.io')).rejects.toThrow('Unexpected server response: 404');
    await expect(connect('/exec/token', 'v9.channel.k8s.io')).rejects.toThrow('Unexpected server response: 403');
  });
});
