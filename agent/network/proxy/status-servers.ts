import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Registry } from 'prom-client';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Clock } from '../../../base/clock.ts';
import type { ListenAddress } from '../../../base/kept-listener.ts';
import { keepListening } from '../../../base/kept-listener.ts';
import type { Logger } from '../../../base/log.ts';
import type { ProxyHealth } from './proxy-health.ts';

export interface StatusServersOptions {
  readonly health: ProxyHealth;
  /** The node as it is now; undefined if it is not known. */
  readonly node: () => Live<Node> | undefined;
  readonly registry: Registry | undefined;
  /** The servers' addresses; undefined for one that is not wanted. */
  readonly healthz: ListenAddress | undefined;
  readonly metrics: ListenAddress | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The autoscaler is about to remove the node: load balancers are to send nothing new (KEP-3836). */
const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler';

/** Serves the status of the proxy as kube-proxy does, for load balancers on one port and for the machine itself on another, until the signal aborts. */
export async function runStatusServers(options: StatusServersOptions, signal: AbortSignal): Promise<void> {
  const { healthz, metrics, clock, log } = options;
  const serve = (address: ListenAddress | undefined, what: string, server: () => Server) =>
    address && keepListening(server(), address, what, clock, log, signal);
  await Promise.all([
    serve(healthz, 'the health of the service proxy', () => healthzServer(options)),
    serve(metrics, 'the metrics of the service proxy', () => metricsServer(options)),
  ]);
}

/** `/healthz`: whether the node can be sent traffic. `/livez`: whether the proxy works (pkg/proxy/healthcheck/proxy_health.go). */
export function healthzServer({ health, node, clock }: Pick<StatusServersOptions, 'health' | 'node' | 'clock'>): Server {
  return createServer((request, response) => {
    const path = pathOf(request);
    if (path !== '/healthz' && path !== '/livez') return end(response, 404, '404 page not found\n');
    const healthy = health.isHealthy();
    const nodeEligible = isEligible(node());
    const lastUpdated = new Date(health.lastUpdated()).toISOString();
    const body = {
      lastUpdated,
      currentTime: new Date(clock.now()).toISOString(),
      ...(path === '/healthz' ? { nodeEligible } : {}),
      status: { IPv4: { lastUpdated, healthy } },
    };
    end(response, healthy && (path === '/livez' || nodeEligible) ? 200 : 503, JSON.stringify(body), 'application/json');
  });
}

export function metricsServer({ registry }: Pick<StatusServersOptions, 'registry'>): Server {
  return createServer((request, response) => {
    const path = pathOf(request);
    if (path === '/healthz') end(response, 200, 'ok');
    else if (path === '/proxyMode') end(response, 200, 'nftables');
    else if (path === '/metrics' && registry) {
      registry.metrics().then(
        (text) => end(response, 200, text, 'text/plain; version=0.0.4; charset=utf-8'),
        (error: unknown) => end(response, 500, String(error)),
      );
    } else end(response, 404, '404 page not found\n');
  });
}

const isEligible = (node: Live<Node> | undefined): boolean =>
  node?.metadata.deletionTimestamp === undefined && !node?.spec?.taints?.some(({ key }) => key === TO_BE_DELETED);

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '/';

function end(response: ServerResponse, code: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(code, {
    'content-type': type,
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  response.end(text);
}
