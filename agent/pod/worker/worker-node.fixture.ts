import { silentLogger } from '../../../base/log.ts';
import { createMemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { podDirectories } from '../../contract/pod-directories.ts';
import { noPodMetrics } from '../../contract/pod-metrics.ts';
import { noCgroups, noDynamicResources, noPluginDevices, noVolumes, simulatedTransport } from '../../simulated/simulated-parts.ts';
import type { WorkerNode } from './action-performer.ts';

/** Returns the parts of a simulated node by which pods are run, but for those that a test gives. */
export function aWorkerNode(dataDir: string, given: Pick<WorkerNode, 'clock' | 'runtime' | 'cache'> & Partial<WorkerNode>): WorkerNode {
  const { clock, runtime } = given;
  return {
    log: silentLogger,
    recorder: { event: () => {} },
    nodeIps: ['192.0.2.7'],
    probes: simulatedTransport,
    abilities: { supplementalGroupsPolicy: false, recursiveReadOnlyMounts: false, userNamespaces: false, appArmor: false, declaredFeatures: [] },
    cgroups: noCgroups,
    cgroupRoot: '/kubepods',
    podMaxPids: 0,
    volumes: noVolumes,
    dynamicResources: noDynamicResources,
    pluginDevices: noPluginDevices,
    directories: podDirectories(dataDir),
    images: {
      ensure: async (_pod, { reference }) => (await runtime.image(reference)) ?? Promise.reject(new Error('no image')),
      takePullMs: () => 0,
      forget() {},
    },
    objects: { get: async (kind, key) => createMemoryClient(clock).get(kind, key) },
    services: () => [],
    dns: { servers: [], domain: 'cluster.local', host: { servers: [], searches: [], options: [] } },
    hostsFile: async () => '',
    allocatable: () => ({}),
    memoryCapacity: 2 ** 32,
    seccompDir: '/nowhere',
    statusWriter: { put() {}, flushed: async () => {}, forget() {} },
    runtimeName: 'simulated',
    podMetrics: noPodMetrics,
    ...given,
  };
}
