import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../base/log.ts';
import { createHealthChecks } from './health-checks.ts';

describe('health checks of load balancers', () => {
  let healthy = true;
  const checks = createHealthChecks(silentLogger, () => healthy);
  afterEach(() => checks.close());

  const freePort = (): Promise<number> =>
    new Promise((resolve) => {
      const server = createServer().listen(0, () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
    });
  const service = (healthCheckNodePort: number, externalTrafficPolicy = 'Local') => ({
    spec: { type: 'LoadBalancer', externalTrafficPolicy, healthCheckNodePort },
  });
  const get = async (port: number) => {
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
      if (response) return { status: response.status, weight: response.headers.get('x-load-balancing-endpoint-weight'), body: await response.json() };
    }
  };

  it('say whether backends run on this node', async () => {
    const port = await freePort();
    checks.set('default/web', service(port), 2);
    expect(await get(port)).toEqual({
      status: 200,
      weight: '2',
      body: { service: { namespace: 'default', name: 'web' }, localEndpoints: 2, serviceProxyHealthy: true },
    });
    healthy = false;
    expect(await get(port)).toMatchObject({ status: 503, weight: '2', body: { serviceProxyHealthy: false } });
    healthy = true;
    checks.set('default/web', service(port), 0);
    expect(await get(port)).toMatchObject({ status: 503, weight: '0' });
  });

  it('end with the service, or with its policy', async () => {
    const port = await freePort();
    checks.set('default/web', service(port), 1);
    await get(port);
    checks.set('default/web', service(port, 'Cluster'), 1);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });
});
