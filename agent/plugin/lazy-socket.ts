import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Logger } from '../../base/log.ts';

/** Serves connections that another has accepted. */
export interface ConnectionServer {
  accept(connection: Socket): void;
  close(): void;
}

/** Listens on a unix socket until the signal aborts, and loads what serves it with the first connection. @throws Error if it cannot listen */
export async function listenLazily(
  path: string,
  load: () => Promise<Pick<ConnectionServer, 'accept'>>,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const server = createServer((connection) => {
    load().then(
      (loaded) => loaded.accept(connection),
      (error: unknown) => {
        log.error({ err: error, path }, 'a connection could not be served');
        connection.destroy();
      },
    );
  });
  const listening = Promise.withResolvers<void>();
  // Rejects the listening alone: later errors have no listener.
  server.on('error', listening.reject);
  server.listen({ path, signal }, listening.resolve);
  await listening.promise;
}
