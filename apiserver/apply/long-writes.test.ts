import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { ManagedFieldsEntry } from '../../api/meta/object-meta.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';

const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const HPA_V1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
const HPA_V2 = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';

/** Returns a body whose objects are long by their blanks alone, so that they are worked on with pauses. */
const long = (body: object): string => JSON.stringify(body).replaceAll('{', `{${' '.repeat(140_000)}`);
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
    const { status, json } = await api.inject(method, `${path}?fieldManager=m${i}`, text(body), method === 'PATCH' ? MERGE_PATCH : {});
    expect(status).toBe(method === 'POST' ? 201 : 200);
    entries.push(json.metadata.managedFields);
  }
  await api.inject('DELETE', writes[1]?.[1] ?? '');
  return entries;
}

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
