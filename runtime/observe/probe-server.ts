import { createServer } from 'node:http';
import type { Registry } from 'prom-client';

export interface ProbeServerOptions {
  readonly port: number;
  /** Left out, /metrics is not served here. */
  readonly registry?: Registry;
  /** /readyz answers 200 once this has resolved: a manager's `ready`. */
  readonly ready: Promise<void>;
}

/**
 * Serves /healthz, /readyz and, with a registry, /metrics over plain HTTP, as pods do.
 * @returns a function that stops it
 * @throws Error if the port is taken
 */
export function serveProbes({ port, registry, ready }: ProbeServerOptions): Promise<() => void> {
  let isReady = false;
  void ready.then(() => {
    isReady = true;
  });
  const server = createServer(async (request, response) => {
    switch (request.url) {
      case '/metrics':
        if (!registry) return void response.writeHead(404).end();
        return void response.setHeader('content-type', registry.contentType).end(await registry.metrics());
      case '/healthz':
        return void response.end('ok');
      case '/readyz':
        response.statusCode = isReady ? 200 : 503;
        return void response.end(isReady ? 'ok' : 'not ready');
      default:
        response.statusCode = 404;
        response.end();
    }
  });
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, () => resolve(() => server.close())));
}
