import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { sleep } from '../../base/clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { CgroupStatistics } from '../contract/cgroup-statistics.ts';
import { podDirectories } from '../contract/pod-directories.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import type { EndRequest } from '../pod/worker/pod-state.ts';
import { noCgroups } from '../simulated/simulated-parts.ts';
import { createSimulatedRuntime } from '../simulated/simulated-runtime.ts';
import type { EvictionManagerOptions } from './eviction-manager.ts';
import { runEvictionManager, synchronize } from './eviction-manager.ts';
import { createNodePressure } from './node-pressure.ts';
import type { PodUse } from './pod-usage.ts';
import type { Signal, Threshold } from './threshold.ts';
import { withAllocatableMemory } from './threshold.ts';

const MI = 2 ** 20;
const MEMORY: Threshold = { signal: 'memory.available', amount: { value: 100 * MI }, graceMs: 0 };
const DISK: Threshold = { signal: 'nodefs.available', amount: { share: 0.1 }, graceMs: 0 };
const uses = (memoryBytes: number, rootfsBytes = 0): PodUse => ({
  containers: [{ name: 'c', memoryBytes, rootfs: { bytes: rootfsBytes, inodes: 0 }, logs: { bytes: 0, inodes: 0 } }],
  volumes: new Map(),
  processes: 1,
});
const named = (name: string, spec: Partial<Pod['spec']> = {}): Live<Pod> => aPod({ ...spec }, { name, uid: name });

interface Given {
  readonly active: readonly Live<Pod>[];
  readonly use?: Record<string, PodUse>;
  readonly reclaimTo?: number;
  readonly settings?: object;
  readonly memoryLimit?: number;
  readonly podsUse?: CgroupStatistics;
}

function setup(given: Given) {
  const clock = createFakeClock();
  const free = new Map<Signal, { available: number; capacity: number }>([
    ['memory.available', { available: 2 ** 30, capacity: 2 ** 33 }],
    ['nodefs.available', { available: 50, capacity: 100 }],
  ]);
  const set = (signal: Signal, available: number) => free.set(signal, { available, capacity: free.get(signal)?.capacity ?? available });
  const events: string[] = [];
  const ended: [string, EndRequest][] = [];
  const over = new Set<string>();
  const told: string[] = [];
  const ages: string[] = [];
  let asked = 0;
  const runtime = createSimulatedRuntime({ clock, podAddress: () => '' });
  const settings = { thresholds: [DISK, MEMORY], pressureTransitionMs: 300_000, maxPodGraceSeconds: 7, ...given.settings };
  const options: EvictionManagerOptions = {
    node: {
      runtime,
      directories: podDirectories('/nowhere'),
      cgroups: { ...noCgroups, statistics: async () => given.podsUse },
      cgroupRoot: '/kubepods',
      podMaxPids: 0,
      clock,
      log: silentLogger,
      recorder: { event: (object, type, reason, message) => events.push(`${object.metadata?.name} ${type} ${reason}: ${message}`) },
    },
    nodeName: 'n1',
    memoryLimit: given.memoryLimit,
    settings,
    pressure: createNodePressure(settings, clock),
    pods: {
      active: () => given.active.filter(({ metadata }) => !ended.some(([uid]) => uid === metadata.uid)),
      isOver: (uid) => over.has(uid),
      evict: (uid, request) => void ended.push([uid, request]),
    },
    reclaim: async () => {
      told.push('reclaim');
      if (given.reclaimTo !== undefined) set('nodefs.available', given.reclaimTo);
    },
    onConditions: () => told.push('conditions'),
    onEviction: (signal) => told.push(signal),
    onRanking: (signal, age) => ages.push(`${signal} ${age}`),
    signals: async () => ({ observations: new Map(free), dedicatedImages: false }),
    usage: async (_node, pods) => {
      asked += pods.length;
      return new Map(pods.flatMap(({ metadata }) => (given.use?.[metadata.uid] ? [[metadata.uid, given.use[metadata.uid] ?? uses(0)]] : [])));
    },
  };
  return { clock, options, set, events, ended, over, told, ages, asked: () => asked };
}

describe('a node with enough of everything', () => {
  it('asks nothing of its pods', async () => {
    const { options, ended, asked } = setup({ active: [named('web')] });
    expect(await synchronize(options)).toEqual([]);
    expect([ended, asked()]).toEqual([[], 0]);
  });

  it('evicts a pod that takes more storage than it may, and asks of such pods only', async () => {
    const limits = { 'ephemeral-storage': '1Mi' };
    const full = named('full', { containers: [aContainer('c', { resources: { limits } })] });
    const { options, ended, events, asked, told } = setup({ active: [named('web'), full], use: { full: uses(0, 2 * MI) } });
    await synchronize(options);
    const message = 'Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ';
    expect(ended).toEqual([['full', { graceSeconds: 1, failure: { reason: 'Evicted', message } }]]);
    expect(events).toEqual([`full Warning Evicted: ${message}`]);
    expect(told).toEqual(['ephemeralpodfs.limit']);
    expect(asked()).toBe(1);
  });
});

describe('a node that runs out of memory', () => {
  it('tells how old the reading is by which it ranks its pods', async () => {
    const { options, clock, set, ages } = setup({ active: [named('web')], use: { web: uses(10 * MI) } });
    await synchronize(options);
    expect(ages).toEqual([]);
    set('memory.available', 50 * MI);
    const slow = async () => {
      await sleep(clock, 3_000);
      return new Map();
    };
    const running = synchronize({ ...options, usage: slow });
    await clock.advance(3_000);
    await running;
    expect(ages).toEqual(['memory.available 3']);
  });

  it('shows it, and evicts the pod that is first in order, with what it used', async () => {
    const { options, set, ended, events, told } = setup({
      active: [named('small'), named('large')],
      use: { small: uses(10 * MI), large: uses(500 * MI) },
    });
    set('memory.available', 50 * MI);
    await synchronize(options);
    expect(options.pressure.conditions()).toEqual(['MemoryPressure']);
    const message =
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ' +
      'Container c was using 500Mi, request is 0, has larger consumption of memory. ';
    expect(ended).toEqual([['large', { graceSeconds: 1, failure: { reason: 'Evicted', message, isDisruption: true } }]]);
    expect(events).toEqual(['n1 Warning EvictionThresholdMet: Attempting to reclaim memory', `large Warning Evicted: ${message}`]);
    expect(told).toEqual(['conditions', 'memory.available']);
  });

  it('evicts before all pods together meet their limit, though the machine has enough', async () => {
    const { options, ended, told } = setup({
      active: [named('small'), named('large')],
      use: { small: uses(10 * MI), large: uses(500 * MI) },
      settings: { thresholds: withAllocatableMemory([MEMORY, { ...MEMORY, graceMs: 1_000 }]) },
      memoryLimit: 600 * MI,
      podsUse: { memory: { workingSet: 510 * MI } } as CgroupStatistics,
    });
    await synchronize(options);
    expect(ended).toMatchObject([['large', { failure: { message: expect.stringContaining('Threshold quantity: 100Mi, available: 90Mi. ') } }]]);
    expect(told).toEqual(['conditions', 'allocatableMemory.available']);
  });

  it('spares pods that the system needs', async () => {
    const { options, set, ended } = setup({
      active: [named('dns', { priority: 2_000_001_000 }), named('web')],
      use: { dns: uses(900 * MI), web: uses(MI) },
    });
    set('memory.available', 0);
    await synchronize(options);
    expect(ended.map(([uid]) => uid)).toEqual(['web']);
  });

  it.each([
    ['no more than the node allows', 30, 7],
    ['no more than they ask for', 3, 3],
  ])('gives pods time at a soft threshold, %s', async (_case, terminationGracePeriodSeconds, graceSeconds) => {
    const soft = { thresholds: [{ ...MEMORY, graceMs: 30_000 }] };
    const { options, clock, set, ended } = setup({
      active: [named('web', { terminationGracePeriodSeconds })],
      use: { web: uses(MI) },
      settings: soft,
    });
    set('memory.available', 0);
    await synchronize(options);
    expect(ended).toEqual([]);
    await clock.advance(30_000);
    await synchronize(options);
    expect(ended).toMatchObject([['web', { graceSeconds }]]);
  });

  it('evicts one pod at a time, the next once the one before is gone, or after half a minute', async () => {
    const { options, clock, set, ended, over } = setup({ active: [named('a'), named('b'), named('c')], use: { a: uses(3), b: uses(2), c: uses(1) } });
    set('memory.available', 0);
    const stop = new AbortController();
    const running = runEvictionManager(options, stop.signal);
    await clock.settle();
    await clock.advance(1_000);
    expect(ended.map(([uid]) => uid)).toEqual(['a']);
    over.add('a');
    await clock.advance(1_000);
    expect(ended.map(([uid]) => uid)).toEqual(['a', 'b']);
    await clock.advance(28_000);
    expect(ended).toHaveLength(2);
    await clock.advance(3_000);
    expect(ended).toHaveLength(3);
    stop.abort();
    await clock.settle();
    await running;
  });
});

describe('a node that runs out of disk', () => {
  it('removes what nobody uses first, and evicts nobody if that is enough', async () => {
    const { options, set, ended, told } = setup({ active: [named('web')], use: { web: uses(0, 9) }, reclaimTo: 40 });
    set('nodefs.available', 5);
    await synchronize(options);
    expect(told).toEqual(['conditions', 'reclaim']);
    expect(ended).toEqual([]);
  });

  it('evicts a pod otherwise', async () => {
    const { options, set, ended } = setup({ active: [named('web')], use: { web: uses(0, 9) } });
    set('nodefs.available', 5);
    await synchronize(options);
    expect(ended.map(([uid]) => uid)).toEqual(['web']);
  });
});
