import { createServer } from 'node:net';

/**
 * Between the ports of Services on nodes and those that the kernel gives to outgoing connections (net.ipv4.ip_local_port_range) on one side, and those of
 * well-known programs on the other: such a connection may take a port before its server does.
 */
const [FIRST, LAST] = [20_000, 30_000];

/** Returns a TCP port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
