import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { nextTurn } from '../../base/next-turn.ts';
import { serveProbes } from './probe-server.ts';

let close: (() => void) | undefined;
afterEach(() => close?.());

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

describe('probes', () => {
  it('tell of life at once, of readiness when it comes, and are counted', async () => {
    const port = await freePort();
    const ready = Promise.withResolvers<void>();
    close = await serveProbes({ port, registry: new Registry(), ready: ready.promise });
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect(await get('/healthz')).toEqual({ status: 200, text: 'ok' });
    expect(await get('/livez')).toEqual({ status: 200, text: 'ok' });
    expect(await get('/readyz')).toEqual({ status: 503, text: 'not ready' });
    ready.resolve();
    await nextTurn();
    expect(await get('/readyz')).toEqual({ status: 200, text: 'ok' });
    const { text } = await get('/metrics/slis');
    expect(text).toContain('kubernetes_healthcheck{name="ready",type="readyz"} 1');
    expect(text).toContain('kubernetes_healthchecks_total{name="ready",status="error",type="readyz"} 1');
    expect(text).toContain('kubernetes_healthchecks_total{name="ping",status="success",type="livez"} 1');
  });

  it('stand alone if the metrics are served elsewhere', async () => {
    const port = await freePort();
    close = await serveProbes({ port, ready: Promise.resolve() });
    const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect([await statusOf('/healthz'), await statusOf('/metrics'), await statusOf('/metrics/slis')]).toEqual([200, 404, 404]);
  });
});
