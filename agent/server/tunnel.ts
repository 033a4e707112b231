import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * WebSocket protocols that containerd's streaming server speaks. kubectl ≥ 1.30 first asks for v5.channel.k8s.io (and for
 * SPDY/3.1+portforward.k8s.io): it takes any answer but 101 for "not supported here" and falls back to SPDY, which is passed on.
 */
const WEBSOCKET_PROTOCOLS: ReadonlySet<string> = new Set([
  'channel.k8s.io',
  'base64.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'portforward.k8s.io',
]);

/** Answers an upgrade with an error and ends the connection. */
export function refuseUpgrade(socket: Duplex, code: number, text: string): void {
  const body = text;
  const headers = ['content-type: text/plain; charset=utf-8', `content-length: ${Buffer.byteLength(body)}`, 'connection: close'];
  socket.end(`HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Error'}\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
}

/** Hands an upgrade request on to a streaming server, and from then on bytes, whatever protocol they are. */
export function tunnel(url: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
  if (isWebSocket && !protocols.some((name) => WEBSOCKET_PROTOCOLS.has(name))) {
    refuseUpgrade(socket, 403, `none of the WebSocket protocols ${protocols.join(', ')} is supported`);
    return;
  }
  const target = new URL(url);
  const upstream = connect({ host: target.hostname, port: Number(target.port) });
  const close = () => {
    socket.destroy();
    upstream.destroy();
  };
  let open = false;
  upstream.on('error', (error) => {
    if (open) close();
    else refuseUpgrade(socket, 502, `the runtime's streaming server cannot be reached: ${error.message}`);
  });
  socket.on('error', close);
  socket.on('close', () => upstream.destroy());
  upstream.on('close', () => socket.end());
  upstream.on('connect', () => {
    open = true;
    upstream.setNoDelay(true);
    upstream.write(requestHead(request, target));
    if (head.length > 0) upstream.write(head);
    upstream.pipe(socket);
    socket.pipe(upstream);
  });
}

function requestHead(request: IncomingMessage, target: URL): string {
  const lines = [`${request.method ?? 'POST'} ${target.pathname}${target.search} HTTP/1.1`, `Host: ${target.host}`];
  const { rawHeaders } = request;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    // The caller is authorized here; browsers' origins would be held against the runtime's own host name.
    if (['host', 'authorization', 'origin'].includes(name.toLowerCase())) continue;
    lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
