import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';

/** An upgrade request and its connection. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** The protocol of each handshake. One that has a slash is no token by RFC 6455, and the library takes and gives none that is not. */
const chosen = new WeakMap<IncomingMessage, string>();
let server: WebSocketServer | undefined;

function start(): WebSocketServer {
  const started = new WebSocketServer({ noServer: true });
  started.on('headers', (headers, request) => {
    const protocol = chosen.get(request);
    if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });
  return started;
}

/** Completes the handshake of a WebSocket with a protocol, or with none. The first loads the library (scripts/bundle-plugins.ts). */
export function acceptWebSocket({ request, socket, head }: Upgrade, protocol: string | undefined, use: (client: WebSocket) => void): void {
  if (protocol !== undefined) chosen.set(request, protocol);
  delete request.headers['sec-websocket-protocol'];
  server ??= start();
  server.handleUpgrade(request, socket, head, (client) => {
    client.on('error', () => client.terminate());
    use(client);
  });
}
