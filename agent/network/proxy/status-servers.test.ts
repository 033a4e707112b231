import type { Server } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Counter, Registry } from 'prom-client';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { keepListening } from '../../../base/kept-listener.ts';
import { silentLogger } from '../../../base/log.ts';
import { createProxyHealth } from './proxy-health.ts';
import { healthzServer, metricsServer } from './status-servers.ts';

const servers: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
const portOf = (server: { address(): unknown }): number => (server.address() as { port: number }).port;
async function ask(server: Server, path: string) {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  servers.push(server);
  const response = await fetch(`http://127.0.0.1:${portOf(server)}${path}`);
  return { status: response.status, text: await response.text() };
}

describe('the health of the service proxy', () => {
  const aNode = (more: Partial<Node['spec']> = {}): Live<Node> => ({
    metadata: { name: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { ...more },
  });

  it('is good while changes reach the rules within a minute', async () => {
    const clock = createFakeClock();
    const health = createProxyHealth(clock);
    const server = healthzServer({ health, node: () => aNode(), clock });
    const now = new Date(clock.now()).toISOString();
    const good = await ask(server, '/healthz');
    expect(good.status).toBe(200);
    expect(JSON.parse(good.text)).toEqual({
      lastUpdated: now,
      currentTime: now,
      nodeEligible: true,
      status: { IPv4: { lastUpdated: now, healthy: true } },
    });
    health.queued();
    await clock.advance(59_999);
    expect((await ask(server, '/healthz')).status).toBe(200);
    await clock.advance(1);
    expect(await ask(server, '/livez')).toMatchObject({ status: 503 });
    expect(JSON.parse((await ask(server, '/healthz')).text)).toMatchObject({ lastUpdated: now, status: { IPv4: { healthy: false } } });
    health.synced();
    expect((await ask(server, '/healthz')).status).toBe(200);
  });

  it('turns traffic away from a node that is about to be removed, though the proxy lives', async () => {
    const clock = createFakeClock();
    const taints = [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }];
    const server = healthzServer({ health: createProxyHealth(clock), node: () => aNode({ taints }), clock });
    expect((await ask(server, '/healthz')).status).toBe(503);
    expect((await ask(server, '/livez')).status).toBe(200);
    expect((await ask(server, '/')).status).toBe(404);
  });
});

describe('the port for the machine itself', () => {
  it('tells the mode of the proxy, and its metrics', async () => {
    const registry = new Registry();
    new Counter({ name: 'kubeproxy_x_total', help: 'x', registers: [registry] });
    const server = metricsServer({ registry });
    expect(await ask(server, '/proxyMode')).toEqual({ status: 200, text: 'nftables' });
    expect(await ask(server, '/healthz')).toEqual({ status: 200, text: 'ok' });
    expect((await ask(server, '/metrics')).text).toContain('kubeproxy_x_total 0');
  });
});

describe('a port that is taken', () => {
  it('is served once it is free', async () => {
    const clock = createFakeClock();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', () => resolve()));
    const port = portOf(other);
    const server = metricsServer({ registry: undefined });
    const refused = new Promise((resolve) => server.once('error', resolve));
    const stop = new AbortController();
    const kept = keepListening(server, { host: '127.0.0.1', port }, 'it', clock, silentLogger, stop.signal);
    await refused;
    await new Promise<void>((resolve) => other.close(() => resolve()));
    const listening = new Promise((resolve) => server.once('listening', resolve));
    await clock.settle();
    await clock.advance(1_000);
    await listening;
    expect(await ask(server, '/proxyMode')).toMatchObject({ text: 'nftables' });
    stop.abort();
    await kept;
    expect(server.listening).toBe(false);
  });
});
