import { describe, expect, it } from '@jest/globals';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { parseNodeReadings } from './exposition.ts';
import { createNodeReadings } from './node-readings.ts';
import { resourceMetrics } from './resource-metrics.ts';
import { createUsageLists } from './usage-lists.ts';

const clock = createFakeClock(Date.UTC(2026, 0, 1));

const node = (name: string, ready: boolean) => ({
  metadata: { name, labels: { zone: name } },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});
const pod = (name: string, nodeName: string, phase = 'Running') => ({
  metadata: { name, namespace: 'shop', labels: { app: 'web' } },
  spec: { nodeName },
  status: { phase },
});

const stored = new Map<object, { metadata: { name: string; namespace?: string } }[]>([
  [nodes, [node('a', true), node('b', true), node('dark', false)]],
  [pods, [pod('web-1', 'a'), pod('web-2', 'b'), pod('gone', 'dark'), pod('new', 'a'), pod('done', 'a', 'Succeeded')]],
]);
const objects = {
  get: (kind: object, key: { name: string }) => stored.get(kind)?.find(({ metadata }) => metadata.name === key.name),
  list: (kind: object) => stored.get(kind) ?? [],
} as unknown as StorageAccess;

/** Nodes on which every running pod but `new` uses 0.25 cores. */
function text(name: string): string {
  const used = clock.monotonic() / 4000;
  const of = (pod: string) =>
    `container_cpu_usage_seconds_total{container="c",namespace="shop",pod="${pod}"} ${used} ${clock.now()}\n` +
    `container_memory_working_set_bytes{container="c",namespace="shop",pod="${pod}"} 65536 ${clock.now()}\n`;
  const own = name === 'a' ? of('web-1') + of('done') : of('web-2');
  return `${own}node_cpu_usage_seconds_total ${used} ${clock.now()}\nnode_memory_working_set_bytes 1048576 ${clock.now()}\n`;
}

async function lists() {
  const asked: string[] = [];
  const readings = createNodeReadings({
    scrape: async (name) => {
      asked.push(name);
      return text(name);
    },
    clock,
    log: silentLogger,
  });
  const all = createUsageLists({ objects, readings, clock });
  return { all, asked };
}

async function passed<T>(answer: Promise<T>): Promise<T> {
  await clock.advance(1_000);
  return answer;
}

describe('metrics.k8s.io', () => {
  it('lists the pods whose usage is known, as metrics-server does', async () => {
    const { all, asked } = await lists();
    const items = await passed(all.ofPods({ namespace: 'shop', matches: undefined }));
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(['web-1', 'web-2']);
    expect(items[0]).toEqual({
      metadata: { name: 'web-1', namespace: 'shop', creationTimestamp: '2026-01-01T00:00:01Z', labels: { app: 'web' } },
      timestamp: '2026-01-01T00:00:01Z',
      window: '1s',
      containers: [{ name: 'c', usage: { cpu: '250m', memory: '64Ki' } }],
    });
    // A node that is not ready is not waited for.
    expect(new Set(asked)).toEqual(new Set(['a', 'b']));
  });

  it('asks those nodes alone that run what is asked for', async () => {
    const { all, asked } = await lists();
    const items = await passed(all.ofPods({ namespace: 'shop', matches: ({ metadata }) => metadata?.name === 'web-2' }));
    expect(items).toHaveLength(1);
    expect(asked).toEqual(['b', 'b']);
  });

  it('lists the nodes that answer', async () => {
    const { all } = await lists();
    const items = await passed(all.ofNodes({ namespace: '', matches: undefined }));
    expect(items.map(({ metadata, usage }) => [metadata?.name, metadata?.labels, usage])).toEqual([
      ['a', { zone: 'a' }, { cpu: '250m', memory: '1Mi' }],
      ['b', { zone: 'b' }, { cpu: '250m', memory: '1Mi' }],
    ]);
  });

  it('refuses names as metrics-server does', async () => {
    const [ofNodes, ofPods] = resourceMetrics({ objects, clock, log: silentLogger, kubelet: undefined }).collections ?? [];
    await expect(ofNodes?.get('none', '')).rejects.toThrow('nodes "none" not found');
    await expect(ofNodes?.get('dark', '')).rejects.toThrow('nodemetrics.metrics.k8s.io "dark" not found');
    await expect(ofPods?.get('none', 'shop')).rejects.toThrow('pods "none" not found');
    await expect(ofPods?.get('gone', 'shop')).rejects.toThrow('podmetrics.metrics.k8s.io "shop/gone" not found');
  });

  it('reads what it writes', () => {
    expect(parseNodeReadings(text('a'), 0).pods.get('shop/web-1')?.get('c')?.memoryBytes).toBe(65536);
  });
});
