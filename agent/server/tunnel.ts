import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { refuseUpgrade } from './refuse-upgrade.ts';
import type { WantedStreams } from './websocket-bridge.ts';
import { bridge, bridgedProtocol, protocolsOf } from './websocket-bridge.ts';

/** WebSocket protocols that containerd's streaming server speaks; others are bridged, or refused. */
const WEBSOCKET_PROTOCOLS: ReadonlySet<string> = new Set([
  'channel.k8s.io',
  'base64.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'portforward.k8s.io',
]);

/**
 * Hands an upgrade request on to a streaming server, and from then on bytes, whatever protocol they are. A WebSocket in a protocol that the
 * server does not speak is bridged to SPDY; `streams` are those of exec or attach.
 */
export function tunnel(url: string, request: IncomingMessage, socket: Duplex, head: Buffer, streams?: WantedStreams): void {
  const protocols = protocolsOf(request);
  const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
  const bridged = bridgedProtocol(protocols);
  if (bridged !== undefined) {
    bridge({ url, protocol: bridged, streams }, { request, socket, head });
    return;
  }
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
