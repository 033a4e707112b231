import { createServer } from 'node:net';

/** An abstract Unix socket: it is of the network namespace, as links and nft tables are, and gone when its process is, however that ends. */
const SOCKET = '\0skiff-node';

/**
 * Makes this process the one real node of the machine (of its network namespace, to be exact), until it ends.
 * @throws Error where another agent is: two would undo each other's links, routes and nft rules.
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
