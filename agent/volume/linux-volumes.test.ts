import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { podDirectories } from '../contract/pod-directories.ts';
import { aPod } from '../contract/pods.fixture.ts';
import { createLinuxVolumes } from './linux-volumes.ts';
import { createObjectCache } from './object-cache.ts';
import { createStorageMetrics } from './storage-metrics.ts';
import { createTokenSource } from './token-source.ts';

let root = '';
const stop = new AbortController();
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'skiff-volumes-'));
});
afterEach(async () => {
  stop.abort();
  await removeDirectory(root);
});

it('volumes are counted by their kinds as pods want them and as they are, and mounts are measured', async () => {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const registry = new Registry();
  const { signal } = stop;
  const volumes = createLinuxVolumes({
    nodeName: 'n',
    directories: podDirectories(root),
    memoryDir: join(root, 'memory'),
    objects: createObjectCache({ client, clock, log: silentLogger, signal, onChange: () => {} }),
    csi: { setUp: () => Promise.reject(new Error('none')), follow() {}, tearDown: async () => {}, stats: () => [], inUse: () => [] },
    runtime: { imageMounts: async () => [], releaseImageMounts: async () => {} },
    tokens: createTokenSource(client, clock),
    addresses: () => ({ podIps: [], hostIps: [] }),
    allocatable: () => ({}),
    metrics: createStorageMetrics(registry, clock, () => volumes.counts()),
    clock,
    log: silentLogger,
    signal,
  });
  const whole = aPod({
    volumes: [
      { name: 'a', emptyDir: {} },
      { name: 'b', emptyDir: {} },
      { name: 'm', image: { reference: 'img' } },
    ],
  });
  const broken = aPod({ volumes: [{ name: 'h', hostPath: { path: join(root, 'nothing'), type: 'Directory' } }] }, { uid: 'u2' });
  await volumes.setUp(whole, signal);
  await expect(volumes.setUp(broken, signal)).rejects.toThrow('MountVolume.SetUp failed for volume "h"');
  const total = (plugin: string, state: string, count: number) =>
    `volume_manager_total_volumes{plugin_name="kubernetes.io/${plugin}",state="${state}_state_of_world"} ${count}`;
  expect(await samplesOf(registry, 'volume_manager_total_volumes')).toEqual([
    total('empty-dir', 'desired', 2),
    total('empty-dir', 'actual', 2),
    total('image', 'desired', 1),
    total('image', 'actual', 1),
    total('host-path', 'desired', 1),
  ]);
  const mounts = (plugin: string, status: string, count: number) =>
    `storage_operation_duration_seconds_count{volume_plugin="kubernetes.io/${plugin}",operation_name="volume_mount",status="${status}",migrated="false"} ${count}`;
  expect(await samplesOf(registry, 'storage_operation_duration_seconds_count')).toEqual([
    mounts('empty-dir', 'success', 2),
    mounts('host-path', 'fail-unknown', 1),
  ]);
  for (const uid of ['u1', 'u2']) await volumes.tearDown(uid);
  expect(await samplesOf(registry, 'volume_manager_total_volumes')).toEqual([]);
});
