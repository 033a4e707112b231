import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { ManagedFieldsEntry } from '../../api/meta/object-meta.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';

const PATCH_TYPES: Readonly<Record<string, string>> = {
  PATCH: 'application/merge-patch+json',
  STRATEGIC: 'application/strategic-merge-patch+json',
  APPLY: 'application/apply-patch+yaml',
};
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const HPA_V1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
const HPA_V2 = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';

/** Returns a body whose objects are long by their blanks alone, so that they are worked on with pauses. */
const long = (body: object): string => JSON.stringify(body).replaceAll(/[[{]/g, (bracket) => `${bracket}${' '.repeat(70_000)}`);
const short = (body: object): string => JSON.stringify(body);

let api: InjectedServer;
beforeEach(async () => {
  api = await startInjectedServer({ clock: createFakeClock() });
});
afterEach(() => api.close());

type Write = readonly [method: string, path: string, body: object];

async function entriesAfter(writes: readonly Write[], text: (body: object) => string): Promise<ManagedFieldsEntry[][]> {
  const entries: ManagedFieldsEntry[][] = [];
  for (const [i, [method, path, body]] of writes.entries()) {
    const type = PATCH_TYPES[method];
    const query = `fieldManager=m${i}${method === 'APPLY' ? '&force=true' : ''}`;
    const { status, json } = await api.inject(type ? 'PATCH' : method, `${path}?${query}`, text(body), type ? { 'content-type': type } : {});
    expect(status).toBe(i === 0 ? 201 : 200);
    entries.push(json.metadata.managedFields);
  }
  await api.inject('DELETE', writes[1]?.[1] ?? '');
  return entries;
}

const SERVICES = '/api/v1/namespaces/default/services';
const service = (ports: readonly object[], more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a', ...more },
  spec: { type: 'ExternalName', externalName: 'example.com', ports },
});
const port = (number: number, more: object = {}) => ({ name: `p${number}`, port: number, protocol: 'TCP', ...more });
const metadata = { name: 'a', labels: { kept: '1', gone: '2' } };
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
const metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }];

it.each<[string, readonly Write[]]>([
  [
    'several writers',
    [
      ['POST', CONFIG_MAPS, { metadata, data: { b: '1', a: '2' } }],
      ['PUT', `${CONFIG_MAPS}/a`, { metadata: { name: 'a', labels: { kept: '1' } }, data: { b: '1', a: '3', c: '' } }],
      ['PATCH', `${CONFIG_MAPS}/a`, { metadata: { annotations: { x: 'y' } }, data: { b: null, d: '4' } }],
      ['PUT', `${CONFIG_MAPS}/a`, { metadata, immutable: true, data: { b: '1' } }],
    ],
  ],
  [
    'appliers and others of lists',
    [
      ['APPLY', `${SERVICES}/a`, service([port(1), port(2)], { finalizers: ['example.com/b', 'example.com/a'] })],
      ['STRATEGIC', `${SERVICES}/a`, { spec: { ports: [port(3), { port: 2, targetPort: 7 }] }, metadata: { finalizers: ['example.com/c'] } }],
      ['APPLY', `${SERVICES}/a`, service([port(4), port(2, { targetPort: 8 })], { finalizers: ['example.com/c'] })],
      ['STRATEGIC', `${SERVICES}/a`, { spec: { ports: [{ port: 3, $patch: 'delete' }] }, metadata: { finalizers: null } }],
    ],
  ],
  [
    'writers in several versions',
    [
      ['POST', HPA_V1, { metadata, spec: { scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 50 } }],
      ['PATCH', `${HPA_V2}/a`, { spec: { metrics }, metadata: { labels: { gone: null, new: '3' } } }],
      ['PATCH', `${HPA_V1}/a`, { spec: { maxReplicas: 6, minReplicas: 2 } }],
    ],
  ],
])('the managers of a long object after %s are those of a short one', async (_what, writes) => {
  const once = await entriesAfter(writes, short);
  expect(once.at(-1)?.length).toBeGreaterThan(1);
  expect(JSON.stringify(await entriesAfter(writes, long))).toBe(JSON.stringify(once));
});
