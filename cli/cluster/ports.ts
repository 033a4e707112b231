import { createServer } from 'node:net';

/** Whether a program listens on a port of this machine, so that no other can. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(true) : reject(error)));
    server.listen(port, () => server.close(() => resolve(false)));
  });
}

/** Returns the first port from `first` on that nobody listens on, and that is none of `others`. */
export async function freePortFrom(first: number, others: readonly number[] = []): Promise<number> {
  for (let port = first; port <= 65_535; port++) if (!others.includes(port) && !(await isTaken(port))) return port;
  throw new Error(`no port from ${first} on is free: name one`);
}
