import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';

export const HOST = '127.0.0.1';

/** The open port of an API server that is still starting: connections wait at it. */
export interface FrontDoor {
  readonly port: number;
  readonly server: Server;
  /** Hands the connections that wait to the server's listeners, and no others from now on. */
  open(): void;
  /** Closes the port, if nobody else has. */
  close(): void;
}

/** Opens any free port of 127.0.0.1. */
export async function openDoor(): Promise<FrontDoor> {
  const waiting: Socket[] = [];
  const hold = (socket: Socket) => void waiting.push(socket);
  const server = createServer({ pauseOnConnect: true }).on('connection', hold);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: HOST, backlog: 1024 }, resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error(`no port of ${HOST} could be opened`);
  return {
    port: address.port,
    server,
    open() {
      server.off('connection', hold);
      for (const socket of waiting.splice(0)) server.emit('connection', socket);
    },
    close() {
      for (const socket of waiting.splice(0)) socket.destroy();
      if (server.listening) server.close();
    },
  };
}
