import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { podDirectories } from '../contract/pod-directories.ts';
import { noCgroups, noVolumes } from '../simulated/simulated-parts.ts';
import { createSimulatedRuntime } from '../simulated/simulated-runtime.ts';
import { createAgentMetrics } from './agent-metrics.ts';
import { createGarbageCollector } from './garbage.ts';
import { createRuntimeCache } from './runtime-cache.ts';

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'skiff-garbage-'));
});
afterEach(() => removeDirectory(dataDir));

/** A collector that knows the pod `known` alone. The volumes of a pod named `busy` cannot be removed as long as `isBusy`. */
function aCollector() {
  const clock = createFakeClock();
  const runtime = { ...createSimulatedRuntime({ clock, podAddress: () => '10.128.0.1' }), simulated: false };
  const cache = createRuntimeCache(runtime, () => {});
  const { registry, garbage: metrics } = createAgentMetrics('n1');
  const directories = podDirectories(dataDir);
  const state = { isBusy: true };
  const tearDown = async (uid: string) => {
    if (uid === 'busy' && state.isBusy) throw new Error('busy');
    await rm(directories.pod(uid), { recursive: true, force: true });
  };
  const collector = createGarbageCollector({
    node: {
      runtime,
      cache,
      directories,
      log: silentLogger,
      volumes: { ...noVolumes, tearDown },
      cgroups: noCgroups,
      cgroupRoot: '/k',
      podMaxPids: 0,
    },
    isKnown: (uid) => uid === 'known',
    metrics,
  });
  const run = async (uid: string) => {
    await runtime.runSandbox({ metadata: { name: uid, uid, namespace: 'default', attempt: 0 }, labels: { 'io.kubernetes.pod.uid': uid } });
    await cache.relist();
  };
  return { collector, run, directories, state, samples: (name: string) => samplesOf(registry, `kubelet_${name}`) };
}

it('pods that run though nobody knows them are counted once, until they are removed', async () => {
  const { collector, run, state, samples } = aCollector();
  await run('known');
  await run('busy');
  await collector.collect();
  await collector.collect();
  expect(await samples('orphaned_runtime_pods_total')).toEqual(['kubelet_orphaned_runtime_pods_total 1']);
  state.isBusy = false;
  await collector.collect();
  await run('busy');
  await collector.collect();
  expect(await samples('orphaned_runtime_pods_total')).toEqual(['kubelet_orphaned_runtime_pods_total 2']);
});

it('the directories of pods that are gone are counted in each round, and those that could not be removed', async () => {
  const { collector, directories, state, samples } = aCollector();
  for (const uid of ['known', 'busy', 'gone']) await mkdir(directories.pod(uid), { recursive: true });
  await collector.collect();
  expect(await samples('orphan_pod')).toEqual(['kubelet_orphan_pod_cleaned_volumes 2', 'kubelet_orphan_pod_cleaned_volumes_errors 1']);
  state.isBusy = false;
  await collector.collect();
  expect(await samples('orphan_pod')).toEqual(['kubelet_orphan_pod_cleaned_volumes 1', 'kubelet_orphan_pod_cleaned_volumes_errors 0']);
  expect(await readdir(directories.pods)).toEqual(['known']);
  await collector.collect();
  expect(await samples('orphan_pod')).toEqual(['kubelet_orphan_pod_cleaned_volumes 0', 'kubelet_orphan_pod_cleaned_volumes_errors 0']);
});
