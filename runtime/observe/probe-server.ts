import { createServer } from 'node:http';
import type { Registry } from 'prom-client';
import type { HealthSlis, Probe } from './health-slis.ts';
import { healthSlis } from './health-slis.ts';

export interface ProbeServerOptions {
  readonly port: number;
  /** Left out, /metrics and /metrics/slis are not served here. */
  readonly registry?: Registry;
  /** /readyz answers 200 once this has resolved: a manager's `ready`. */
  readonly ready: Promise<void>;
  /** Records the outcomes of the probes. Default: the server's own. */
  readonly slis?: HealthSlis;
}

const PROBES: ReadonlyMap<string, Probe> = new Map([
  ['/healthz', 'healthz'],
  ['/livez', 'livez'],
  ['/readyz', 'readyz'],
]);

/**
 * Serves /healthz, /livez, /readyz and, with a registry, /metrics and /metrics/slis over plain HTTP, as pods do.
 * @returns a function that stops it
 * @throws Error if the port is taken
 */
export function serveProbes({ port, registry, ready, slis = healthSlis() }: ProbeServerOptions): Promise<() => void> {
  let isReady = false;
  void ready.then(() => {
    isReady = true;
  });
  const server = createServer(async (request, response) => {
    const { url = '' } = request;
    const probe = PROBES.get(url);
    if (probe !== undefined) {
      slis.observe('ping', probe, true);
      if (probe === 'readyz') slis.observe('ready', probe, isReady);
      const healthy = probe !== 'readyz' || isReady;
      response.statusCode = healthy ? 200 : 503;
      return void response.end(healthy ? 'ok' : 'not ready');
    }
    if (registry && url === '/metrics') return void response.setHeader('content-type', registry.contentType).end(await registry.metrics());
    if (registry && url === '/metrics/slis') {
      const { contentType, parts } = await slis.show();
      return void response.setHeader('content-type', contentType).end(parts.join(''));
    }
    response.writeHead(404).end();
  });
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, () => resolve(() => server.close())));
}
