import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Logger } from '../../../base/log.ts';

/**
 * Tells load balancers which nodes can serve a service of externalTrafficPolicy Local: on its healthCheckNodePort, on all addresses,
 * 200 where backends run on this node and 503 where none does or the proxy is unhealthy, with kube-proxy's body and header
 * (pkg/proxy/healthcheck/service_health.go).
 */
export interface HealthChecks {
  /** Takes a service (`namespace/name`) as it is now; undefined if it is gone. */
  set(key: string, service: Service | undefined, localBackends: number): void;
  close(): void;
}

interface Check {
  readonly port: number;
  readonly server: Server;
  localBackends: number;
}

export function createHealthChecks(log: Logger, isHealthy: () => boolean): HealthChecks {
  const checks = new Map<string, Check>();
  const remove = (key: string) => {
    const check = checks.get(key);
    check?.server.close();
    check?.server.closeAllConnections();
    checks.delete(key);
  };
  const add = (key: string, port: number, localBackends: number) => {
    const [namespace, name] = key.split('/');
    const server = createServer((_, response) => {
      const backends = checks.get(key)?.localBackends ?? 0;
      const healthy = isHealthy();
      response.writeHead(backends > 0 && healthy ? 200 : 503, {
        'Content-Type': 'application/json',
        'X-Content-Type-Options': 'nosniff',
        'X-Load-Balancing-Endpoint-Weight': String(backends),
      });
      response.end(JSON.stringify({ service: { namespace, name }, localEndpoints: backends, serviceProxyHealthy: healthy }));
    });
    server.on('error', (error) => log.warn({ err: error, service: key, port }, 'the health check port cannot be served'));
    server.listen(port);
    checks.set(key, { port, server, localBackends });
  };
  return {
    set(key, service, localBackends) {
      const { type, externalTrafficPolicy, healthCheckNodePort } = service?.spec ?? {};
      const port = type === 'LoadBalancer' && externalTrafficPolicy === 'Local' ? healthCheckNodePort : undefined;
      const check = checks.get(key);
      if (check && check.port === port) check.localBackends = localBackends;
      else {
        remove(key);
        if (port) add(key, port, localBackends);
      }
    },
    close() {
      for (const key of [...checks.keys()]) remove(key);
    },
  };
}
