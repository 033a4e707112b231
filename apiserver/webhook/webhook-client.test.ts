import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, ObjectKey } from '../../api/meta/object.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { WebhookClientConfig } from './webhook-client.ts';
import { createWebhookClient } from './webhook-client.ts';
import type { WebhookServer } from './webhook-server.fixture.ts';
import { startWebhookServer } from './webhook-server.fixture.ts';

let hook: WebhookServer;
beforeEach(async () => {
  hook = await startWebhookServer((review) => ({ body: { seen: review } }), { names: ['hook.default.svc'] });
});
afterEach(() => hook.close());

const SERVICE = { metadata: { namespace: 'default', name: 'hook' }, spec: { ports: [{ name: 'https', port: 443 }] } };
const slice = (...endpoints: object[]) => ({
  metadata: { namespace: 'default', name: 'hook-1', labels: { 'kubernetes.io/service-name': 'hook' } },
  ports: [{ name: 'https', port: hook.port }],
  endpoints,
});
const READY = { addresses: ['127.0.0.1'], conditions: { ready: true } };

/** A store that holds these objects, by the plural of their kind. */
const storing = (objects: Readonly<Record<string, readonly object[]>>): StorageAccess =>
  ({
    get: ({ plural }: Kind, { name }: ObjectKey) => objects[plural]?.find((object: KubeObject) => object.metadata?.name === name),
    list: ({ plural }: Kind) => objects[plural] ?? [],
  }) as never;

const CALL = { timeoutMs: 10_000, tellsTimeout: true };

function post(config: WebhookClientConfig, objects: Readonly<Record<string, readonly object[]>> = {}): Promise<unknown> {
  const client = createWebhookClient({ objects: storing(objects), clock: createFakeClock(), random: () => 0 });
  return client.post({ caBundle: hook.caBundle, ...config }, { review: 1 }, CALL);
}

describe('a webhook behind a Service', () => {
  const service = { namespace: 'default', name: 'hook', path: '/check/' };

  it('is called at a ready endpoint, under the name of the Service', async () => {
    const objects = { services: [SERVICE], endpointslices: [slice({ addresses: ['192.0.2.1'], conditions: { ready: false } }, READY)] };
    expect(await post({ service }, objects)).toEqual({ seen: { review: 1 } });
    expect(hook.state.paths).toEqual(['/check?timeout=10s']);
  });

  it.each([
    ['there is none', {}, 'service "hook" not found'],
    ['it has no such port', { services: [{ ...SERVICE, spec: { ports: [] } }] }, 'no service port 443 found for service "hook"'],
    ['it has no ready endpoint', { services: [SERVICE] }, 'no endpoints available for service "hook"'],
  ])('cannot be called if %s', async (_what, objects, why) => {
    await expect(post({ service }, objects)).rejects.toThrow(`Post "https://hook.default.svc:443/check?timeout=10s": ${why}`);
  });
});

describe('a webhook at a URL', () => {
  it('must answer with JSON', async () => {
    hook.state.handler = () => ({ body: 'nonsense' });
    await expect(post({ url: hook.url })).rejects.toThrow("couldn't get version/kind; json parse error: ");
    hook.state.handler = () => ({ body: '' });
    await expect(post({ url: hook.url })).rejects.toThrow('0-length response with status code: 200 and content type: application/json');
  });

  it('is not called for a client that has gone', async () => {
    const client = createWebhookClient({ objects: storing({}), clock: createFakeClock() });
    const gone = AbortSignal.abort();
    const call = client.post({ url: hook.url, caBundle: hook.caBundle }, {}, { ...CALL, signal: gone });
    await expect(call).rejects.toMatchObject({ isCancelled: true, message: `Post "${hook.url}/?timeout=10s": context canceled` });
    expect(hook.state.reviews).toEqual([]);
  });

  it('is called again over a new connection if it closed the one that was kept', async () => {
    const client = createWebhookClient({ objects: storing({}), clock: createFakeClock() });
    const config = { url: hook.url, caBundle: hook.caBundle };
    await client.post(config, {}, CALL);
    // By then the connection is idle.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    hook.state.dropsConnections = true;
    expect(await client.post(config, { again: true }, CALL)).toEqual({ seen: { again: true } });
    expect(hook.state.connections).toBe(2);
  });
});

it('says when the certificate has expired', async () => {
  const old = await startWebhookServer(() => ({ body: {} }), { issuedAt: Date.parse('2020-01-01T00:00:00Z') });
  try {
    await expect(post({ url: old.url, caBundle: old.caBundle })).rejects.toThrow(
      'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
    );
  } finally {
    await old.close();
  }
});
