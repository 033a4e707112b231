import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { ApiRequest, ApiResponse } from '../contract/request.ts';

/** The protocols that a log comes in, and whether its bytes come as they are; otherwise as text in base64 (k8s.io/apiserver, wsstream.Reader). */
const PROTOCOLS: Readonly<Record<string, boolean>> = { 'binary.k8s.io': true, 'base64.binary.k8s.io': false };

export const isWebSocket = ({ headers }: ApiRequest): boolean => headers.upgrade?.toLowerCase() === 'websocket';

/** Returns the protocols that the client offers. */
const offered = ({ headers }: ApiRequest): readonly string[] =>
  (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** Whether one of the client's protocols is one that logs come in; without any, bytes come as they are. */
export const isLogProtocol = (request: ApiRequest): boolean => {
  const names = offered(request);
  return names.length === 0 || names.some((name) => name in PROTOCOLS);
};

function requestOf({ headers }: ApiRequest): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { method: 'GET', headers: { ...headers } });
}

async function pour(log: Readable, client: WebSocket): Promise<void> {
  const binary = PROTOCOLS[client.protocol] ?? true;
  const send = (chunk: Buffer) =>
    new Promise<void>((resolve, reject) => client.send(binary ? chunk : chunk.toString('base64'), (error) => (error ? reject(error) : resolve())));
  // Upstream begins with an empty message: the client knows that it has been heard.
  await send(Buffer.alloc(0));
  for await (const chunk of log) await send(chunk);
}

/** Answers an upgrade with a log, as messages of a WebSocket; its end closes the socket. */
export async function logSocket(request: ApiRequest, log: Readable): Promise<ApiResponse> {
  const server = new WebSocketServer({ noServer: true, handleProtocols: (names) => [...names].find((name) => name in PROTOCOLS) ?? false });
  return {
    status: 101,
    headers: {},
    body: {
      kind: 'upgrade',
      take(socket: Duplex, head: Buffer) {
        socket.once('close', () => log.destroy());
        server.handleUpgrade(requestOf(request), socket, head, (client) => {
          client.on('error', () => client.terminate());
          pour(log, client).then(
            () => client.close(1000),
            () => client.terminate(),
          );
        });
      },
    },
  };
}
