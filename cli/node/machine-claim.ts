import { createServer } from 'node:net';

/** An abstract Unix socket: it belongs to the network namespace, as links and nft tables do, and disappears with its process, however that ends. */
const SOCKET = '\0skiff-node';

/**
 * Makes this process the only real node of the machine (more precisely, of its network namespace) until it ends.
 * @throws Error if there is another agent: two would undo each other's links, routes and nft rules.
 */
export function claimMachine(): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error("this machine is a node already: end that cluster first ('skiff stop' or 'skiff down', with its --data-dir)")
          : error,
      ),
    );
    server.listen(SOCKET, () => {
      server.unref();
      resolve();
    });
  });
}
