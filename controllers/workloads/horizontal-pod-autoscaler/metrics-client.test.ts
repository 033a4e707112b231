import { describe, expect, it } from '@jest/globals';
import { pathOf } from '../../../api/definition/kind.ts';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { StatusError } from '../../../api/meta/status-error.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { createMetricsClient } from './metrics-client.ts';

const UNSERVED = () => new StatusError('NotFound', 'the server could not find the requested resource', {}, 404);

/** A client of servers that answer these paths; it notes what it was asked for. */
function clientOf(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const answer = async (path: string, query: Readonly<Record<string, string>>) => {
    const text = new URLSearchParams(query).toString();
    asked.push(text === '' ? path : `${path}?${text}`);
    const found = answers[path];
    if (found === undefined) throw UNSERVED();
    if (found instanceof Error) throw found;
    return found;
  };
  const client: Partial<Client> = {
    getSubresource: async <R>(kind: Parameters<typeof pathOf>[0], key: { namespace: string; name: string }, subresource: string, query = {}) =>
      (await answer(pathOf(kind, key.namespace, key.name, subresource), query)) as R,
    list: (async (kind: Parameters<typeof pathOf>[0], { namespace, ...query }: { namespace: string }) =>
      answer(pathOf(kind, namespace), query)) as Client['list'],
  };
  const kindOf = ({ kind }: { kind: string }) => (kind === 'Deployment' ? deployments : undefined);
  return { metrics: createMetricsClient(client as Client, kindOf), asked };
}

const CUSTOM = '/apis/custom.metrics.k8s.io';
const EXTERNAL = '/apis/external.metrics.k8s.io/v1beta1/namespaces/shop';
const RESOURCE = '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods';
const qps = { name: 'qps', selector: '' };
const value = (name: string, text: string, more: object = {}) => ({
  describedObject: { name },
  timestamp: '2026-01-01T00:00:00Z',
  value: text,
  ...more,
});
const T = Date.UTC(2026, 0, 1);

describe('custom metrics of pods', () => {
  it('are asked for under upstream’s path, in its preferred version', async () => {
    const { metrics, asked } = clientOf({
      [`${CUSTOM}/v1beta2/namespaces/shop/pods/*/qps`]: {
        items: [value('a', '1500m', { windowSeconds: 30 }), value('b', '2', { windowSeconds: null })],
      },
    });
    expect([...(await metrics.pods('shop', 'app=web', { name: 'qps', selector: 'path=/buy' }))]).toEqual([
      ['a', { value: 1500, time: T, windowMs: 30_000 }],
      ['b', { value: 2000, time: T, windowMs: 60_000 }],
    ]);
    expect(asked).toEqual([`${CUSTOM}/v1beta2/namespaces/shop/pods/*/qps?labelSelector=app%3Dweb&metricLabelSelector=path%3D%2Fbuy`]);
  });

  it('may be served in the older version alone, which is kept to', async () => {
    const { metrics, asked } = clientOf({ [`${CUSTOM}/v1beta1/namespaces/shop/pods/*/qps`]: { items: [value('a', '1')] } });
    await metrics.pods('shop', '', qps);
    await metrics.pods('shop', '', qps);
    expect(asked.map((path) => path.split('/')[3])).toEqual(['v1beta2', 'v1beta1', 'v1beta1']);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['nothing serves them', {}, 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'],
    [
      'the server does not know the metric',
      {
        [`${CUSTOM}/v1beta2/namespaces/shop/pods/*/qps`]: new StatusError('NotFound', 'the server could not find the metric qps for pods', {
          causes: [{ message: 'x' }],
        }),
      },
      'unable to fetch metrics from custom metrics API: the server could not find the metric qps for pods',
    ],
    ['there are none', { [`${CUSTOM}/v1beta2/namespaces/shop/pods/*/qps`]: { items: [] } }, 'no metrics returned from custom metrics API'],
  ])('are refused if %s', async (_, answers, message) => {
    await expect(clientOf(answers).metrics.pods('shop', '', qps)).rejects.toThrow(new Error(message));
  });
});

describe('a custom metric of an object', () => {
  const web = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

  it('is asked for under the object’s resource', async () => {
    const { metrics, asked } = clientOf({ [`${CUSTOM}/v1beta2/namespaces/shop/deployments.apps/web/qps`]: { items: [value('web', '3')] } });
    expect(await metrics.object('shop', web, qps)).toBe(3000);
    expect(asked).toHaveLength(1);
  });

  it('is that of the autoscaler’s namespace, where a namespace is named', async () => {
    const { metrics } = clientOf({ [`${CUSTOM}/v1beta2/namespaces/shop/metrics/qps`]: { items: [value('shop', '3')] } });
    expect(await metrics.object('shop', { kind: 'Namespace', name: 'other' }, qps)).toBe(3000);
  });

  it('must be one', async () => {
    const path = `${CUSTOM}/v1beta2/namespaces/shop/deployments.apps/web/qps`;
    const { metrics } = clientOf({ [path]: { items: [value('web', '3'), value('web', '4')] } });
    const why = 'the custom metrics API server returned 2 results when we asked for exactly one';
    await expect(metrics.object('shop', web, qps)).rejects.toThrow(`unable to fetch metrics from custom metrics API: ${why}`);
  });

  it('must be of a kind that is served', async () => {
    const why = 'unable to map kind Moon.sky.example.com to resource: no matches for kind "Moon" in group "sky.example.com"';
    const moon = { apiVersion: 'sky.example.com/v1', kind: 'Moon', name: 'm' };
    await expect(clientOf({}).metrics.object('shop', moon, qps)).rejects.toThrow(why);
  });
});

describe('external metrics', () => {
  it('are all values that the selector matches', async () => {
    const { metrics, asked } = clientOf({ [`${EXTERNAL}/depth`]: { items: [value('', '10'), value('', '250m')] } });
    expect(await metrics.external('shop', { name: 'depth', selector: 'queue=jobs' })).toEqual([10_000, 250]);
    expect(asked).toEqual([`${EXTERNAL}/depth?labelSelector=queue%3Djobs`]);
  });

  it('say why they cannot be read', async () => {
    const why =
      'unable to fetch metrics from external metrics API: the server could not find the requested resource (get depth.external.metrics.k8s.io)';
    await expect(clientOf({}).metrics.external('shop', { name: 'depth', selector: '' })).rejects.toThrow(why);
    await expect(clientOf({ [`${EXTERNAL}/depth`]: { items: [] } }).metrics.external('shop', { name: 'depth', selector: '' })).rejects.toThrow(
      'no metrics returned from external metrics API',
    );
  });
});

describe('the use of a resource', () => {
  const pod = (name: string, usages: Record<string, Record<string, string>>) => ({
    metadata: { name, namespace: 'shop' },
    timestamp: '2026-01-01T00:00:00Z',
    window: '15.5s',
    containers: Object.entries(usages).map(([container, usage]) => ({ name: container, usage })),
  });

  it('is the sum over the containers of a pod, if it is known of all', async () => {
    const items = [pod('a', { web: { cpu: '100m' }, proxy: { cpu: '5500u' } }), pod('b', { web: { cpu: '1' }, proxy: {} }), pod('c', {})];
    const { metrics, asked } = clientOf({ [RESOURCE]: { items } });
    expect([...(await metrics.resource('shop', 'app=web', 'cpu', ''))]).toEqual([['a', { value: 106, time: T, windowMs: 15_500 }]]);
    expect(asked).toEqual([`${RESOURCE}?labelSelector=app%3Dweb`]);
  });

  it('cannot be read while the server behind the API is away', async () => {
    const { metrics } = clientOf({ [RESOURCE]: new StatusError('ServiceUnavailable', 'service unavailable') });
    const why = 'unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)';
    await expect(metrics.resource('shop', '', 'cpu', '')).rejects.toThrow(new Error(why));
  });

  it('may be that of one container, which each pod must have', async () => {
    const { metrics } = clientOf({ [RESOURCE]: { items: [pod('a', { web: { cpu: '100m' }, proxy: { cpu: '5m' } })] } });
    expect((await metrics.resource('shop', '', 'cpu', 'proxy')).get('a')?.value).toBe(5);
    const why = 'failed to get container metrics: container none not present in metrics for pod shop/a';
    await expect(metrics.resource('shop', '', 'cpu', 'none')).rejects.toThrow(why);
  });
});
