import type { Socket as UdpSocket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { onIdle } from '../../../base/idle-timeout.ts';
import type { Logger } from '../../../base/log.ts';
import type { Responder } from './responder.ts';

export interface DnsServerOptions {
  readonly respond: Responder;
  readonly address: string;
  readonly port: number;
  readonly log: Logger;
}

export interface DnsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A client that says nothing for so long is hung up on (RFC 7766 leaves it to the server). */
const IDLE_MS = 10_000;
const MAX_CONNECTIONS = 256;
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** Listens on UDP and TCP. Rejects where the address cannot be bound. */
export async function listenDns(options: DnsServerOptions): Promise<DnsServer> {
  const { respond, address, log } = options;
  const failed = (error: unknown) => log.warn({ err: error }, 'a DNS query could not be answered');
  const tcp = createServer((socket) => serveTcp(socket, respond, failed));
  tcp.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject);
    tcp.listen(options.port, address, () => resolve());
  });
  const bound = tcp.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  const udp = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  await new Promise<void>((resolve, reject) => {
    udp.once('error', reject);
    udp.bind(port, address, () => resolve());
  }).catch(async (error: unknown) => {
    await closed(tcp);
    throw error;
  });
  udp.removeAllListeners('error').on('error', failed);
  tcp.removeAllListeners('error').on('error', failed);
  udp.on('message', (message, from) => {
    // A client that is gone is no error of ours.
    const send = (answer: Buffer) => udp.send(answer, from.port, from.address, () => {});
    try {
      const answer = respond(message, 'udp');
      if (answer instanceof Promise) answer.then(send).catch(failed);
      else if (answer) send(answer);
    } catch (error) {
      failed(error);
    }
  });
  return {
    port,
    close: async () => {
      await Promise.all([closed(tcp), closedUdp(udp)]);
    },
  };
}

/** Queries of a connection are answered as each is done, not in their order (RFC 7766, 6.2.1.1). */
function serveTcp(socket: Socket, respond: Responder, failed: (error: unknown) => void): void {
  let waiting: Buffer = Buffer.alloc(0);
  const send = (answer: Buffer | undefined) => {
    if (!answer || socket.destroyed) return;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(answer.length);
    socket.write(Buffer.concat([length, answer]));
  };
  onIdle(socket, IDLE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (part) => {
    waiting = waiting.length === 0 ? part : Buffer.concat([waiting, part]);
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const end = 2 + waiting.readUInt16BE(0);
      const message = waiting.subarray(2, end);
      waiting = waiting.subarray(end);
      try {
        Promise.resolve(respond(message, 'tcp')).then(send).catch(failed);
      } catch (error) {
        failed(error);
        socket.destroy();
        return;
      }
    }
  });
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
const closedUdp = (socket: UdpSocket): Promise<void> => new Promise((resolve) => socket.close(() => resolve()));
