import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Pod, PodStatus } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { FakeClock } from '../../../base/fake-clock.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import { createMemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { samplesOf } from '../../../runtime/observe/metric-samples.fixture.ts';
import type { PluginDevices } from '../../contract/plugin-devices.ts';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import { createAgentMetrics } from '../../node/agent-metrics.ts';
import { createRuntimeCache } from '../../node/runtime-cache.ts';
import { noPluginDevices } from '../../simulated/simulated-parts.ts';
import { createSimulatedRuntime } from '../../simulated/simulated-runtime.ts';
import { aWorkerNode } from '../worker/worker-node.fixture.ts';
import { isCritical } from './critical-pods.ts';
import type { PodManagerOptions } from './pod-manager.ts';
import { createPodManager } from './pod-manager.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** Lets time pass until the condition holds: the part that makes room is loaded when it is needed. */
async function waitFor(clock: FakeClock, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it has not come about within a minute');
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(500);
  }
}

type Settings = Partial<Pick<PodManagerOptions, 'allocatable' | 'refreshNode'>>;

/** The pods of a simulated node whose devices are those that a test gives. */
async function aManager(devices: Partial<PluginDevices>, admit: PodManagerOptions['admit'] = () => undefined, settings: Settings = {}) {
  const clock = createFakeClock();
  const runtime = createSimulatedRuntime({ clock, podAddress: () => '10.128.0.1' });
  const dataDir = await mkdtemp(join(tmpdir(), 'skiff-manager-'));
  const cache = createRuntimeCache(runtime, (uid) => manager.wake(uid));
  const statuses = new Map<string, PodStatus>();
  const events: string[] = [];
  const { registry, pods: podMetrics } = createAgentMetrics('n1');
  const preemptions: string[] = [];
  const stop = new AbortController();
  const begin = () =>
    createPodManager({
      node: {
        ...aWorkerNode(dataDir, {
          clock,
          runtime,
          cache,
          pluginDevices: { ...noPluginDevices, concerns: () => true, ...devices },
          recorder: { event: (_object, type, reason, message) => void events.push(`${type} ${reason} ${message}`) },
          podMetrics,
          statusWriter: { put: (pod, status) => statuses.set(pod.metadata.uid, status), flushed: async () => {}, forget() {} },
        }),
        client: createMemoryClient(clock),
      },
      admit,
      allocatable: {},
      refreshNode: async () => {},
      ...settings,
      onPreemption: (resource) => void preemptions.push(resource),
      onGone: () => {},
      signal: stop.signal,
    });
  let manager = begin();
  cleanUps.push(
    () => stop.abort(),
    () => manager.stop(),
    () => removeDirectory(dataDir),
  );
  const restart = () => {
    manager.stop();
    manager = begin();
  };
  const samples = (name: string) => samplesOf(registry, `kubelet_${name}`);
  const phase = (uid: string) => statuses.get(uid)?.phase;
  return { manager: () => manager, restart, clock, cache, runtime, statuses, events, preemptions, samples, phase };
}

describe('a pod that was deleted by force', () => {
  it('takes up no room any more, as the scheduler counts it no more, while it ends', async () => {
    const admit = (_pod: Live<Pod>, others: readonly Pod[]) => (others.length > 0 ? { reason: 'OutOfpods', message: 'full' } : undefined);
    const { manager, clock, phase } = await aManager({ concerns: () => false }, admit);
    manager().changed(aPod());
    await clock.advance(1_000);
    manager().vanished(aPod());
    manager().changed(aPod({}, { uid: 'u2', name: 'next' }));
    await clock.advance(1_000);
    expect(phase('u2')).toBe('Running');
  });
});

describe('a pod that the node would refuse for its labels or taints', () => {
  it.each(['NodeAffinity', 'TaintToleration'])('is looked at again once the node has been read anew: %s', async (reason) => {
    let reads = 0;
    const admit = () => (reads === 0 ? { reason, message: 'old' } : undefined);
    const { manager, clock, phase } = await aManager({ concerns: () => false }, admit, { refreshNode: async () => void reads++ });
    manager().changed(aPod());
    await clock.advance(1_000);
    expect(phase('u1')).toBe('Running');
  });
});

describe('a critical pod on a full node', () => {
  /** A node of two pods. */
  const admit: PodManagerOptions['admit'] = (pod, others) => {
    if (others.length < 2) return undefined;
    const shortage = { reason: 'OutOfpods', message: 'full' };
    return isCritical(pod) ? { ...shortage, shortages: [{ ...shortage, resource: 'pods', missing: 1 }] } : shortage;
  };
  const aCriticalPod = (uid: string) => aPod({ priority: 2_000_000_000 }, { uid, name: uid });

  it('has a less important one ended, and nothing else takes its place', async () => {
    const { manager, clock, statuses, events, preemptions, phase } = await aManager({ concerns: () => false }, admit);
    manager().changed(aCriticalPod('system'));
    manager().changed(aPod());
    await clock.advance(1_000);
    manager().changed(aCriticalPod('more'));
    manager().changed(aPod({}, { uid: 'late', name: 'late' }));
    expect(phase('more')).toBeUndefined();
    await waitFor(clock, () => phase('more') === 'Running');
    const message = 'Preempted in order to admit critical pod';
    expect(statuses.get('u1')).toMatchObject({ phase: 'Failed', reason: 'Preempting', message });
    expect(statuses.get('u1')?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'TerminationByKubelet',
        message: 'Pod was preempted by Kubelet to accommodate a critical pod.',
      }),
    );
    expect(preemptions).toEqual(['pods']);
    expect(phase('system')).toBe('Running');
    expect(statuses.get('late')).toMatchObject({ phase: 'Failed', reason: 'OutOfpods' });
    expect(events).toContain(`Warning Preempting ${message}`);
  });

  it('waits for one that came before it, and has another ended', async () => {
    const { manager, clock, statuses, events, preemptions, phase } = await aManager({ concerns: () => false }, admit);
    manager().changed(aPod());
    manager().changed(aPod({}, { uid: 'u2', name: 'other' }));
    await clock.advance(1_000);
    manager().changed(aCriticalPod('first'));
    manager().changed(aCriticalPod('second'));
    await waitFor(clock, () => phase('first') === 'Running' && phase('second') === 'Running');
    expect(['u1', 'u2'].map((uid) => statuses.get(uid)?.reason)).toEqual(['Preempting', 'Preempting']);
    expect(preemptions).toEqual(['pods', 'pods']);
    expect(events.filter((event) => event.includes('ExceededGracePeriod'))).toEqual([]);
  });

  it('is refused if all that may be ended are not enough', async () => {
    const { manager, clock, statuses, preemptions, phase } = await aManager({ concerns: () => false }, admit);
    manager().changed(aCriticalPod('a'));
    manager().changed(aCriticalPod('b'));
    await clock.advance(1_000);
    manager().changed(aCriticalPod('c'));
    await waitFor(clock, () => phase('c') !== undefined);
    expect(statuses.get('c')).toMatchObject({
      phase: 'Failed',
      reason: 'UnexpectedAdmissionError',
      message:
        'Pod was rejected: Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: ' +
        'no set of running pods found to reclaim resources: [(res: pods, q: 1), ]',
    });
    expect([phase('a'), phase('b')]).toEqual(['Running', 'Running']);
    expect(preemptions).toEqual([]);
  });

  it('is begun although the other does not end in time', async () => {
    const { manager, clock, runtime, events, preemptions, phase } = await aManager({ concerns: () => false }, admit);
    manager().changed(aCriticalPod('system'));
    manager().changed(aPod({ terminationGracePeriodSeconds: 20 }));
    await clock.advance(1_000);
    runtime.stopContainer = () => new Promise(() => {});
    manager().changed(aCriticalPod('more'));
    await waitFor(clock, () => events.some((event) => event.startsWith('Warning Preempting')));
    await clock.advance(29_000);
    expect(phase('more')).toBeUndefined();
    await waitFor(clock, () => phase('more') === 'Running');
    expect(events).toContain('Warning ExceededGracePeriod Container runtime did not kill the pod within specified grace period.');
    expect(preemptions).toEqual([]);
  });

  it('does not wait for one of several that ends by itself before its turn', async () => {
    const ofBoth: PodManagerOptions['admit'] = (pod, others) => {
      const shortage = { reason: 'OutOfpods', message: 'full' };
      return isCritical(pod) && others.length > 0 ? { ...shortage, shortages: [{ ...shortage, resource: 'pods', missing: 2 }] } : undefined;
    };
    const { manager, clock, cache, runtime, events, phase } = await aManager({ concerns: () => false }, ofBoth);
    manager().changed(aPod({}, { uid: 'u2', name: 'other' }));
    manager().changed(aPod({ terminationGracePeriodSeconds: 20 }));
    await clock.advance(1_000);
    const stuck = cache.of('u1').containers.map(({ id }) => id);
    const { stopContainer } = runtime;
    runtime.stopContainer = (id, graceSeconds) => (stuck.includes(id) ? new Promise(() => {}) : stopContainer(id, graceSeconds));
    manager().changed(aCriticalPod('system'));
    await waitFor(clock, () => events.some((event) => event.startsWith('Warning Preempting')));
    manager().vanished(aPod({}, { uid: 'u2', name: 'other' }));
    await clock.advance(29_000);
    expect(manager().byUid('u2')).toBeUndefined();
    await waitFor(clock, () => phase('system') === 'Running');
    expect(events.filter((event) => event.includes('ExceededGracePeriod'))).toHaveLength(1);
  });
});

describe('a pod that asks for devices', () => {
  it('is begun once it has them; until then they count as held', async () => {
    const allocation = Promise.withResolvers<void>();
    const { manager, clock, phase } = await aManager({ allocate: () => allocation.promise });
    manager().changed(aPod());
    await clock.advance(1_000);
    expect(phase('u1')).toBeUndefined();
    expect(manager().isHolder('u1')).toBe(true);
    allocation.resolve();
    await clock.advance(1_000);
    expect(phase('u1')).toBe('Running');
  });

  it('is refused if there are none for it, and holds none then', async () => {
    const allocate = () => Promise.reject(new Error('requested number of devices unavailable for e.com/d. Requested: 1, Available: 0'));
    const { manager, clock, statuses, events } = await aManager({ allocate });
    manager().changed(aPod());
    await clock.advance(1_000);
    const message = 'Allocate failed due to requested number of devices unavailable for e.com/d. Requested: 1, Available: 0, which is unexpected';
    expect(statuses.get('u1')).toMatchObject({ phase: 'Failed', reason: 'UnexpectedAdmissionError', message: `Pod was rejected: ${message}` });
    expect(events).toEqual([`Warning UnexpectedAdmissionError ${message}`]);
    expect(manager().isHolder('u1')).toBe(false);
  });

  it('that goes before it has them is not begun', async () => {
    const allocation = Promise.withResolvers<void>();
    const { manager, clock, phase } = await aManager({ allocate: () => allocation.promise });
    manager().changed(aPod());
    manager().vanished(aPod());
    expect(manager().isHolder('u1')).toBe(false);
    allocation.resolve();
    await clock.advance(1_000);
    expect(phase('u1')).toBeUndefined();
  });

  it('is looked at anew once it has them: others may have taken the rest meanwhile', async () => {
    const allocation = Promise.withResolvers<void>();
    const admit = (_pod: Live<Pod>, others: readonly Pod[]) => (others.length > 0 ? { reason: 'OutOfpods', message: 'full' } : undefined);
    const { manager, clock, statuses } = await aManager(
      { allocate: () => allocation.promise, concerns: ({ metadata }) => metadata?.name === 'p' },
      admit,
    );
    manager().changed(aPod());
    manager().changed(aPod({}, { uid: 'u2', name: 'other' }));
    await clock.advance(1_000);
    allocation.resolve();
    await clock.advance(1_000);
    expect(statuses.get('u2')?.phase).toBe('Running');
    expect(statuses.get('u1')).toMatchObject({ phase: 'Failed', reason: 'OutOfpods' });
  });

  it('and runs when an agent begins is asked nothing, and holds its devices before it is known', async () => {
    const allocated: string[] = [];
    const { manager, restart, clock, statuses } = await aManager({ allocate: async ({ metadata }) => void allocated.push(metadata.uid) });
    manager().changed(aPod());
    await clock.advance(1_000);
    const { status } = { status: statuses.get('u1') };
    restart();
    expect(manager().isHolder('u1')).toBe(true);
    manager().changed(aPod({}, {}, status));
    await clock.advance(1_000);
    expect(allocated).toEqual(['u1']);
    expect(manager().isHolder('u1')).toBe(true);
  });

  it('gives them back when it is over', async () => {
    const { manager, clock, phase } = await aManager({});
    manager().changed(aPod({ restartPolicy: 'Never' }));
    await clock.advance(1_000);
    expect(manager().isHolder('u1')).toBe(true);
    manager().evict('u1', { graceSeconds: 0 });
    await clock.advance(5_000);
    expect(phase('u1')).toBe('Succeeded');
    expect(manager().isHolder('u1')).toBe(false);
  });
});

describe('the metrics of the pods of a node', () => {
  it('count refusals by their reasons; those of plugins are one', async () => {
    const reasons = ['OutOfcpu', 'OutOfe.com/d', 'OutOfe.com/x', 'NodePorts'];
    const { manager, samples } = await aManager({ concerns: () => false }, ({ metadata }) => ({ reason: metadata.uid, message: '' }));
    for (const uid of reasons) manager().changed(aPod({}, { uid, name: uid }));
    expect(await samples('admission_rejections_total')).toEqual([
      'kubelet_admission_rejections_total{reason="OutOfcpu"} 1',
      'kubelet_admission_rejections_total{reason="OutOfExtendedResources"} 2',
      'kubelet_admission_rejections_total{reason="Other"} 1',
    ]);
  });

  it('tell how many containers a pod has, and how long it waited for its worker', async () => {
    const allocation = Promise.withResolvers<void>();
    const { manager, clock, samples } = await aManager({ allocate: () => allocation.promise });
    manager().changed(aPod({ containers: [aContainer('a'), aContainer('b')] }));
    await clock.advance(3_000);
    allocation.resolve();
    await clock.settle();
    expect(await samples('containers_per_pod_count')).toEqual(['kubelet_containers_per_pod_count_sum 2', 'kubelet_containers_per_pod_count_count 1']);
    expect(await samples('pod_worker_start_duration')).toEqual([
      'kubelet_pod_worker_start_duration_seconds_sum 3',
      'kubelet_pod_worker_start_duration_seconds_count 1',
    ]);
  });

  it('tell how long it took until nothing was left of a pod', async () => {
    const { manager, clock, samples } = await aManager({ concerns: () => false });
    manager().changed(aPod());
    await clock.advance(1_000);
    manager().evict('u1', { graceSeconds: 0 });
    await clock.advance(1_000);
    expect(await samples('pod_worker_duration_seconds_count{operation_type="terminated"}')).toEqual([
      'kubelet_pod_worker_duration_seconds_count{operation_type="terminated"} 1',
    ]);
  });

  it('count a static pod that comes back before it has ended, once it runs again', async () => {
    const { manager, clock, samples, phase } = await aManager({ concerns: () => false });
    const pod = aPod({}, { annotations: { 'kubernetes.io/config.source': 'file' } });
    manager().changed(pod);
    await clock.advance(1_000);
    manager().vanished(pod);
    manager().changed(pod);
    expect(await samples('restarted_pods_total{static="true"}')).toEqual(['kubelet_restarted_pods_total{static="true"} 0']);
    await clock.advance(60_000);
    // The directory is read every so often.
    manager().changed(pod);
    await clock.advance(1_000);
    expect(phase('u1')).toBe('Running');
    expect(await samples('restarted_pods_total')).toEqual([
      'kubelet_restarted_pods_total{static="true"} 1',
      'kubelet_restarted_pods_total{static=""} 0',
    ]);
  });

  it('count changes of resources that are asked for, and those that had to wait, by what let them pass', async () => {
    const { manager, clock, cache, samples } = await aManager({ concerns: () => false }, () => undefined, {
      allocatable: { cpu: '4', memory: '8Gi' },
    });
    const sized = (uid: string, cpu: string, generation = 1) =>
      aPod({ restartPolicy: 'Never', containers: [aContainer('c', { resources: { requests: { cpu } } })] }, { uid, name: uid, generation });
    for (const uid of ['u1', 'u2', 'u3']) manager().changed(sized(uid, '1'));
    await clock.advance(1_000);
    manager().changed(sized('u1', '2', 2));
    manager().changed(sized('u2', '2', 2));
    expect(await samples('pod_deferred_accepted_resizes_total')).toEqual([]);
    manager().changed(sized('u1', '1', 3));
    await clock.advance(1_000);
    manager().changed(sized('u1', '2', 4));
    manager().evict('u3', { graceSeconds: 0 });
    await clock.advance(5_000);
    await cache.relist();
    expect(await samples('pod_deferred_accepted_resizes_total')).toEqual([
      'kubelet_pod_deferred_accepted_resizes_total{retry_trigger="pod_resized"} 1',
      'kubelet_pod_deferred_accepted_resizes_total{retry_trigger="pod_terminated"} 1',
    ]);
    expect(await samples('container_requested_resizes_total')).toEqual([
      'kubelet_container_requested_resizes_total{resource="cpu",requirement="requests",operation="increase"} 3',
      'kubelet_container_requested_resizes_total{resource="cpu",requirement="requests",operation="decrease"} 1',
    ]);
    expect(await samples('pod_resize_duration_milliseconds_count')).toEqual(['kubelet_pod_resize_duration_milliseconds_count{success="true"} 4']);
  });
});
