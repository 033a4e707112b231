import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Pod, PodStatus } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Clock } from '../../../base/clock.ts';
import { sleep, systemClock } from '../../../base/clock.ts';
import type { FakeClock } from '../../../base/fake-clock.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import { DynamicResourcesError } from '../../contract/dynamic-resources.ts';
import type { PodStart } from '../../contract/pod-metrics.ts';
import { noPodMetrics } from '../../contract/pod-metrics.ts';
import { MountError } from '../../contract/pod-volumes.ts';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import type { ContainerRuntime } from '../../contract/runtime.ts';
import { RuntimeError } from '../../contract/runtime.ts';
import type { RuntimeCache } from '../../contract/runtime-cache.ts';
import type { ContainerConfig, SandboxConfig } from '../../contract/runtime-config.ts';
import { createRuntimeCache } from '../../node/runtime-cache.ts';
import { noDynamicResources, noPluginDevices, noVolumes, simulatedTransport } from '../../simulated/simulated-parts.ts';
import { createSimulatedRuntime } from '../../simulated/simulated-runtime.ts';
import type { WorkerNode } from './action-performer.ts';
import type { PodWorker } from './pod-worker.ts';
import { createPodWorker } from './pod-worker.ts';
import { aWorkerNode } from './worker-node.fixture.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

interface Given {
  readonly clock?: Clock;
  readonly runtime?: Partial<ContainerRuntime>;
  readonly volumes?: Partial<WorkerNode['volumes']>;
  readonly dynamicResources?: Partial<WorkerNode['dynamicResources']>;
  readonly pluginDevices?: Partial<WorkerNode['pluginDevices']>;
  readonly probes?: Partial<WorkerNode['probes']>;
  readonly images?: Partial<WorkerNode['images']>;
  readonly podMetrics?: Partial<WorkerNode['podMetrics']>;
  readonly pod?: Live<Pod>;
}

/** A worker of one pod over a simulated runtime; statuses are kept in the order in which they are told. */
async function aWorker(given: Given = {}) {
  const fake = createFakeClock();
  const clock = given.clock ?? fake;
  const simulated = createSimulatedRuntime({ clock, podAddress: () => '10.128.0.1' });
  const runtime = { ...simulated, ...given.runtime };
  const dataDir = await mkdtemp(join(tmpdir(), 'skiff-worker-'));
  const statuses: PodStatus[] = [];
  const started: number[] = [];
  const events: string[] = [];
  let worker: PodWorker | undefined;
  const cache: RuntimeCache = createRuntimeCache(runtime, () => worker?.wake());
  const node = aWorkerNode(dataDir, {
    clock,
    runtime,
    cache,
    recorder: { event: (_object, _type, reason, message) => void events.push(`${reason}: ${message}`) },
    probes: { ...simulatedTransport, ...given.probes },
    volumes: { ...noVolumes, ...given.volumes },
    dynamicResources: { ...noDynamicResources, ...given.dynamicResources },
    pluginDevices: { ...noPluginDevices, ...given.pluginDevices },
    statusWriter: { put: (_pod, status) => statuses.push(status), flushed: async () => {}, forget() {} },
    podMetrics: { ...noPodMetrics, podRuns: (seconds) => started.push(seconds), ...given.podMetrics },
  });
  Object.assign(node.images, given.images);
  let finished = 0;
  worker = createPodWorker(given.pod ?? aPod(), node, () => finished++);
  cleanUps.push(
    () => worker?.stop(),
    () => removeDirectory(dataDir),
  );
  return { worker, clock: fake, runtime: simulated, cache, statuses, started, events, finished: () => finished };
}

/** Waits until the runtime has been asked for something. Files are written meanwhile. */
async function configured(clock: FakeClock, asked: readonly unknown[]): Promise<void> {
  const deadline = systemClock.monotonic() + 60_000;
  while (asked.length === 0 && systemClock.monotonic() < deadline) {
    await clock.advance(100);
    await new Promise((resolve) => systemClock.after(10, () => resolve(undefined)));
  }
}

describe('the worker of a pod', () => {
  it('runs a task again once its time has come, though the timer fires early', async () => {
    const clock = createFakeClock();
    const early = { ...clock, after: (ms: number, callback: () => void) => clock.after(Math.max(1, ms - 1), callback) };
    let runs = 0;
    const setUp = async () => {
      runs++;
      throw new MountError('no such volume');
    };
    await aWorker({ clock: early, runtime: { simulated: false }, volumes: { setUp } });
    await clock.advance(10_000);
    expect(runs).toBeGreaterThanOrEqual(5);
  });

  it('tells one status for what comes together, and how long the start took', async () => {
    const { worker, clock, statuses, started } = await aWorker();
    await clock.advance(100);
    expect(statuses.map(({ phase }) => phase).at(-1)).toBe('Running');
    expect(started).toHaveLength(1);
    const before = statuses.length;
    for (const resourceVersion of ['2', '3', '4']) worker.update(aPod({}, { resourceVersion }));
    worker.wake();
    await clock.settle();
    expect(statuses.length).toBe(before + 1);
  });

  it('measures the start that the API shows, without pulls and init containers, once', async () => {
    const spec = { initContainers: [aContainer('i'), aContainer('s', { restartPolicy: 'Always' })] };
    const annotations = { 'i.simulated.skiff.dev/run-for': '2s' };
    const starts: PodStart[] = [];
    const { worker, clock, cache, statuses } = await aWorker({
      pod: aPod(spec, { annotations }),
      images: { takePullMs: () => 3_000 },
      podMetrics: { podStarted: (start) => starts.push(start) },
    });
    for (let second = 0; second < 10; second++) {
      await clock.advance(1_000);
      await cache.relist();
    }
    expect(statuses.at(-1)?.phase).toBe('Running');
    const shown = (resourceVersion: string, status: PodStatus | undefined) => worker.update(aPod(spec, { resourceVersion, annotations }, status));
    shown('2', statuses[0]);
    expect(starts).toEqual([]);
    shown('3', statuses.at(-1));
    shown('4', statuses.at(-1));
    expect(starts).toEqual([{ seconds: 10, excludedSeconds: 5, isStateful: false, isOnHostNetwork: false }]);
  });

  it('does not measure the start of a pod that an earlier agent began with', async () => {
    const starts: PodStart[] = [];
    const pod = aPod({}, {}, { phase: 'Pending', startTime: '2026-01-01T00:00:00Z' });
    const { worker, clock, statuses } = await aWorker({ pod, podMetrics: { podStarted: (start) => starts.push(start) } });
    await clock.advance(1_000);
    worker.update(aPod({}, { resourceVersion: '2' }, statuses.at(-1)));
    expect(statuses.at(-1)?.phase).toBe('Running');
    expect(starts).toEqual([]);
  });

  it('measures how long it takes to do what it is told', async () => {
    const rounds: string[] = [];
    const clock = createFakeClock();
    const { worker, runtime } = await aWorker({
      clock,
      runtime: {
        runSandbox: async (...given) => {
          await sleep(clock, 3_000);
          return runtime.runSandbox(...given);
        },
        stopContainer: async (...given) => {
          await sleep(clock, 2_000);
          await runtime.stopContainer(...given);
        },
      },
      podMetrics: { workerRested: (round, seconds) => rounds.push(`${round} ${seconds}`) },
    });
    await clock.advance(5_000);
    worker.update(aPod({}, { resourceVersion: '2' }));
    await clock.settle();
    worker.wake();
    await clock.settle();
    worker.end({ graceSeconds: 30 });
    await clock.advance(5_000);
    expect(rounds.filter((round) => round !== 'sync 0')).toEqual(['create 3', 'update 0', 'kill 2']);
    expect(rounds).toContain('sync 0');
  });

  it('passes on a shorter grace period to containers that are ending already', async () => {
    const stops: number[] = [];
    let release = () => {};
    const stopped = new Promise<void>((resolve) => {
      release = resolve;
    });
    const stopContainer = async (_id: string, graceSeconds: number) => {
      stops.push(graceSeconds);
      await stopped;
    };
    const { worker, clock } = await aWorker({ runtime: { stopContainer } });
    await clock.advance(100);
    worker.end({ graceSeconds: 30 });
    await clock.settle();
    worker.end({ graceSeconds: 60 });
    worker.end({ graceSeconds: 5 });
    await clock.settle();
    expect(stops).toEqual([30, 5]);
    release();
  });

  it('ends a pod once, and tells its last status', async () => {
    const { worker, clock, statuses, runtime, finished } = await aWorker();
    await clock.advance(100);
    worker.end({ graceSeconds: 1, failure: { reason: 'Evicted', message: 'no memory' } });
    await clock.advance(100);
    expect(statuses.at(-1)).toMatchObject({ phase: 'Failed', reason: 'Evicted', message: 'no memory' });
    expect((await runtime.listSandboxes()).map(({ ready }) => ready)).toEqual([false]);
    expect(finished()).toBe(1);
  });

  it('has devices prepared before the sandbox is made, again and again until they are', async () => {
    let sandboxes = 0;
    let fails = true;
    const prepare = async () => {
      expect(sandboxes).toBe(0);
      if (fails) throw new DynamicResourcesError('prepare dynamic resources: not yet');
    };
    const { worker, clock, runtime, statuses, events } = await aWorker({
      dynamicResources: { prepare },
      runtime: {
        runSandbox: (config, handler) => {
          sandboxes++;
          return runtime.runSandbox(config, handler);
        },
      },
    });
    await clock.advance(2_000);
    expect(events).toContain('FailedPrepareDynamicResources: Failed to prepare dynamic resources: prepare dynamic resources: not yet');
    expect(sandboxes).toBe(0);
    fails = false;
    await clock.advance(10_000);
    expect(statuses.at(-1)?.phase).toBe('Running');
    worker.end({ graceSeconds: 0 });
    await clock.advance(100);
  });

  it('tells the runtime the resources of the sandbox and the overhead, which a simulated one does not keep', async () => {
    const container = aContainer('c', { resources: { limits: { memory: '1Gi' } } });
    const pod = aPod({ containers: [container], overhead: { memory: '2Gi' } });
    const askedBy = async (simulated: boolean) => {
      const asked: SandboxConfig['linux'][] = [];
      const runSandbox = async ({ linux }: SandboxConfig) => {
        asked.push(linux);
        throw new RuntimeError('Unknown', 'enough');
      };
      const { clock } = await aWorker({ pod, runtime: { simulated, runSandbox } });
      await configured(clock, asked);
      return asked[0];
    };
    expect(await askedBy(false)).toMatchObject({ resources: { memory_limit_in_bytes: 2 ** 30 }, overhead: { memory_limit_in_bytes: 2 ** 31 } });
    expect(await askedBy(true)).not.toHaveProperty('resources');
  });

  it('gives containers their devices by their CDI names', async () => {
    const asked: (readonly ({ name?: string | undefined } | undefined)[] | undefined)[] = [];
    const { clock } = await aWorker({
      dynamicResources: { devices: async (_pod, { name }) => [`e.com/d=${name}`] },
      runtime: {
        simulated: false,
        createContainer: async (_id, { CDI_devices }) => {
          asked.push(CDI_devices);
          throw new RuntimeError('Unknown', 'enough');
        },
      },
    });
    await configured(clock, asked);
    expect(asked[0]).toEqual([{ name: 'e.com/d=c' }]);
  });

  it('gives containers what device plugins answer; their own variables come first', async () => {
    const asked: ContainerConfig[] = [];
    const device = { container_path: '/dev/d', host_path: '/dev/null', permissions: 'rw' };
    const mount = { container_path: '/lib/d', host_path: '/lib', readonly: true };
    const environment = new Map([
      ['A', 'plugin'],
      ['B', 'plugin'],
    ]);
    const settings = async () => ({ environment, mounts: [mount], devices: [device], annotations: { 'e.com/a': 'b' }, cdiDevices: ['e.com/d=2'] });
    const container = aContainer('c', { env: [{ name: 'A', value: 'own' }], args: ['$(B)'] });
    const { clock } = await aWorker({
      pod: aPod({ containers: [container] }),
      dynamicResources: { devices: async () => ['e.com/d=1'] },
      pluginDevices: { settings },
      runtime: {
        simulated: false,
        createContainer: async (_id, config) => {
          asked.push(config);
          throw new RuntimeError('Unknown', 'enough');
        },
      },
    });
    await configured(clock, asked);
    expect(asked[0]).toMatchObject({ args: ['plugin'], devices: [device], CDI_devices: [{ name: 'e.com/d=1' }, { name: 'e.com/d=2' }] });
    expect(asked[0]?.envs).toEqual(
      expect.arrayContaining([
        { key: 'A', value: 'own' },
        { key: 'B', value: 'plugin' },
      ]),
    );
    expect(asked[0]?.mounts?.[0]).toEqual(mount);
    expect(asked[0]?.annotations).toMatchObject({ 'e.com/a': 'b', 'io.kubernetes.container.restartCount': '0' });
  });

  it('has devices unprepared after its containers have ended, and is over only then', async () => {
    let fails = true;
    const seen: string[] = [];
    const unprepare = async () => {
      seen.push(...(await runtime.listContainers()).map(({ state }) => state));
      if (fails) throw new DynamicResourcesError('unprepare dynamic resources: stuck');
    };
    const { worker, clock, runtime, finished, events } = await aWorker({ dynamicResources: { unprepare } });
    await clock.advance(100);
    worker.end({ graceSeconds: 1 });
    await clock.advance(5_000);
    expect(seen.length).toBeGreaterThan(1);
    expect(new Set(seen)).toEqual(new Set(['exited']));
    expect(finished()).toBe(0);
    fails = false;
    await clock.advance(10_000);
    expect(finished()).toBe(1);
    expect(events.filter((event) => /^Failed/.test(event))).toEqual([]);
  });

  it('shows the health of devices, and keeps the names of claims that others write', async () => {
    const resources = [{ health: 'Healthy', resourceID: 'e.com/d=1' }];
    const container = aContainer('c', { resources: { claims: [{ name: 'x' }] } });
    const spec = { containers: [container], resourceClaims: [{ name: 'x', resourceClaimTemplateName: 't' }] };
    const { worker, clock, statuses } = await aWorker({
      pod: aPod(spec),
      dynamicResources: { health: () => [{ name: 'claim:x', resources }] },
      pluginDevices: { health: () => [{ name: 'e.com/gpu', resources }] },
    });
    await clock.advance(100);
    expect(statuses.at(-1)?.containerStatuses?.[0]?.allocatedResourcesStatus).toEqual([
      { name: 'claim:x', resources },
      { name: 'e.com/gpu', resources },
    ]);
    const resourceClaimStatuses = [{ name: 'x', resourceClaimName: 'x-1' }];
    worker.update(aPod(spec, { resourceVersion: '2' }, { resourceClaimStatuses }));
    await clock.settle();
    worker.wake();
    await clock.settle();
    expect(worker.pod.status).toMatchObject({ phase: 'Running', resourceClaimStatuses });
    expect(statuses.at(-1)).toMatchObject({ resourceClaimStatuses });
  });

  it('restarts all containers in their sandbox after an exit that asks for it, and tells of each step', async () => {
    const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }];
    const source = aContainer('a', { restartPolicy: 'Never', restartPolicyRules: rules });
    const sidecar = aContainer('s', { restartPolicy: 'Always' });
    const spec = { restartPolicy: 'Never', initContainers: [aContainer('i'), sidecar], containers: [source, aContainer('b')] };
    const annotations = { 'a.simulated.skiff.dev/run-for': '1s', 'a.simulated.skiff.dev/exit-code': '42' };
    const { worker, clock, runtime, cache, statuses, events } = await aWorker({ pod: aPod(spec, { annotations }) });
    const relisted = async (ms: number) => {
      await clock.advance(ms);
      await cache.relist();
      await clock.advance(100);
    };
    await relisted(100);
    const [sandbox] = await runtime.listSandboxes();
    worker.update(aPod(spec, { resourceVersion: '2' }));
    await relisted(1_000);
    const shown = statuses.map((status) => {
      const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
      return {
        condition: status.conditions?.find(({ type }) => type === 'AllContainersRestarting')?.status,
        counts: all.map((one) => one.restartCount),
      };
    });
    const first = shown.findIndex(({ condition }) => condition === 'True');
    expect(shown[first]).toEqual({ condition: 'True', counts: [0, 0, 0, 0] });
    expect(shown.at(-1)).toEqual({ condition: 'False', counts: [1, 1, 1, 1] });
    expect(statuses.map(({ phase }) => phase)).not.toContain('Failed');
    expect(statuses.at(-1)).toMatchObject({ phase: 'Running', podIP: statuses[0]?.podIP });
    expect(statuses.at(-1)?.containerStatuses?.[1]?.lastState?.terminated?.reason).toBe('RestartingAllContainers');
    expect((await runtime.listSandboxes()).map(({ id }) => id)).toEqual([sandbox?.id]);
    expect((await runtime.listContainers()).map(({ name, attempt }) => `${name}#${attempt}`).sort()).toEqual(['a#1', 'b#1', 'i#1', 's#1']);
    expect(events.filter((event) => event === 'Killing: killing')).toHaveLength(2);
  });

  it('goes on with a restart of all containers that an earlier agent began', async () => {
    const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }];
    const source = aContainer('a', { restartPolicy: 'Never', restartPolicyRules: rules });
    const shown = (name: string) => ({
      name,
      containerID: `x://${name}`,
      restartCount: 2,
      image: '',
      imageID: '',
      ready: true,
      state: { running: {} },
    });
    const status = {
      phase: 'Running',
      conditions: [{ type: 'AllContainersRestarting', status: 'True' }],
      containerStatuses: [shown('a'), shown('b')],
    };
    const pod = aPod({ restartPolicy: 'Never', containers: [source, aContainer('b')] }, {}, status);
    const { clock, statuses } = await aWorker({ pod });
    await clock.advance(1_000);
    expect(statuses.at(-1)?.conditions).toContainEqual(expect.objectContaining({ type: 'AllContainersRestarting', status: 'False' }));
    expect(statuses.at(-1)?.containerStatuses?.map(({ state, restartCount }) => [state?.running !== undefined, restartCount])).toEqual([
      [true, 3],
      [true, 3],
    ]);
  });

  it('leaves containers running when it stops, and sets no timer', async () => {
    const { worker, clock, runtime } = await aWorker();
    await clock.advance(100);
    worker.stop();
    worker.wake();
    await clock.advance(1_000);
    expect((await runtime.listContainers()).map(({ state }) => state)).toEqual(['running']);
    expect(clock.pending()).toBe(0);
  });

  it('tells of sleeps of hooks that are cut short', async () => {
    let cuts = 0;
    const hooks = { postStart: { sleep: { seconds: 60 } }, preStop: { sleep: { seconds: 5 } } };
    const { worker, clock, finished } = await aWorker({
      pod: aPod({ containers: [aContainer('c', { lifecycle: hooks })] }),
      podMetrics: { sleepCutShort: () => cuts++ },
    });
    await clock.advance(1_000);
    worker.end({ graceSeconds: 30 });
    await clock.settle();
    expect(cuts).toBe(1);
    await clock.advance(10_000);
    expect([finished(), cuts]).toEqual([1, 1]);
    const second = await aWorker({
      pod: aPod({ containers: [aContainer('c', { lifecycle: { preStop: hooks.preStop } })] }),
      podMetrics: { sleepCutShort: () => cuts++ },
    });
    await second.clock.advance(1_000);
    second.worker.end({ graceSeconds: 3 });
    await second.clock.advance(10_000);
    expect([second.finished(), cuts]).toEqual([1, 2]);
  });

  it('tells of a hook over HTTPS whose server speaks HTTP', async () => {
    let fallbacks = 0;
    const message = 'request to HTTPS lifecycle hook 10.128.0.1:8443 got HTTP response, retry with HTTP succeeded';
    const { clock, statuses, events } = await aWorker({
      pod: aPod({ containers: [aContainer('c', { lifecycle: { postStart: { httpGet: { port: 8443, scheme: 'HTTPS' } } } })] }),
      probes: { hook: async () => ({ ok: true, kind: 'warning', message }) },
      podMetrics: { hookFellBackToHttp: () => fallbacks++ },
    });
    await clock.advance(1_000);
    expect(statuses.at(-1)?.phase).toBe('Running');
    expect(fallbacks).toBe(1);
    expect(events).toContain(`LifecycleHTTPFallback: ${message}`);
  });

  it('ends without waiting for a postStart hook that hangs, and asks no probe before the hook is done', async () => {
    const asked: string[] = [];
    const probes: Given['probes'] = {
      exec: (_id, [command = '']) => {
        asked.push(command);
        return command === 'hang' ? new Promise(() => {}) : Promise.resolve({ ok: true, message: '' });
      },
    };
    const container = aContainer('c', {
      lifecycle: { postStart: { exec: { command: ['hang'] } } },
      readinessProbe: { exec: { command: ['ready'] } },
    });
    const { worker, clock, statuses, runtime } = await aWorker({ probes, pod: aPod({ containers: [container] }) });
    await clock.advance(1_000);
    expect(asked).toEqual(['hang']);
    expect(statuses.at(-1)?.containerStatuses?.[0]).toMatchObject({ ready: false, started: false });
    worker.end({ graceSeconds: 1 });
    await clock.advance(1_000);
    expect((await runtime.listContainers()).map(({ state }) => state)).toEqual(['exited']);
  });
});
