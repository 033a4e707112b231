import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../base/log.ts';
import { LABEL } from '../../contract/runtime-labels.ts';
import { createUsageReader } from './node-usage.ts';
import type { UsageNode, UsagePods } from './usage-node.ts';

const T = Date.UTC(2026, 0, 1);
const stats = (id: string, uid: string | undefined) => ({
  id,
  name: 'web',
  labels: uid === undefined ? {} : { [LABEL.podUid]: uid, [LABEL.podName]: `pod-${uid}`, [LABEL.podNamespace]: 'shop' },
  time: T,
  cpuNanoseconds: 1e9,
  workingSetBytes: 4096,
  rssBytes: 2048,
  usageBytes: 8192,
  writableLayerBytes: 10,
  writableLayerInodes: 1,
});

/** A node whose runtime has two containers of pod `a`, of which one has ended, and one of no pod. */
function nodeOf(simulated: boolean, annotations: Record<string, string> = {}) {
  const containers = [
    { id: 'old', state: 'exited', startedAt: T - 9_000 },
    { id: 'new', state: 'running', startedAt: T - 4_000 },
  ];
  const node = {
    clock: { now: () => T },
    log: silentLogger,
    runtime: { simulated, containerStats: async () => [stats('old', 'a'), stats('new', 'a'), stats('stray', undefined)] },
    cache: { of: () => ({ containers, sandboxes: [] }) },
  } as unknown as UsageNode;
  const pods = { byUid: () => ({ pod: { metadata: { annotations }, status: { startTime: '2025-12-31T00:00:00Z' } } }) } as unknown as UsagePods;
  return { node, pods };
}

describe('the usage of a node', () => {
  it('is that of the containers that run', async () => {
    const { node, pods } = nodeOf(false);
    const { machine, pods: found } = await createUsageReader(node, pods)();
    expect(found).toEqual([{ namespace: 'shop', pod: 'pod-a', uid: 'a', containers: [{ ...stats('new', 'a'), startedAt: T - 4_000 }] }]);
    expect(machine.time).toBe(T);
  });

  it('goes by annotations where nothing runs for real', async () => {
    const { node, pods } = nodeOf(true, { 'simulated.skiff.dev/cpu-usage': '500m', 'simulated.skiff.dev/memory-usage': '1Mi' });
    const { machine, pods: found } = await createUsageReader(node, pods)();
    expect(found[0]?.containers[0]).toMatchObject({ cpuNanoseconds: 2e9, workingSetBytes: 2 ** 20, time: T });
    expect(machine).toEqual({ time: T, cpuNanoseconds: 2e9, workingSetBytes: 2 ** 20, availableBytes: undefined });
  });
});
