import { expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { resources, systemInfo } from './node-info.ts';
import { createNodeReporter } from './node-reporter.ts';

it('limits of all pods that cannot be set are told, and tried again after a minute', async () => {
  const clock = createFakeClock();
  const told: string[] = [];
  const stop = new AbortController();
  let isBusy = true;
  const reporter = createNodeReporter({
    client: createMemoryClient(clock),
    clock,
    log: silentLogger,
    recorder: { event: (_, type, reason, message) => void told.push(`${type} ${reason} ${message}`) },
    nodeName: 'n1',
    nodeIps: ['192.0.2.7'],
    facts: {
      info: systemInfo({ machineID: 'm', systemUUID: 's', bootID: 'b', osImage: 'o', kernelVersion: 'k' }, 'simulated://'),
      ...resources({ cpus: 2, memoryBytes: 2 ** 32, diskBytes: 2 ** 40, pods: 10 }),
      memoryBytes: 2 ** 32,
    },
    features: { supplementalGroupsPolicy: false, recursiveReadOnlyMounts: false, userNamespaces: false, handlers: undefined },
    labels: {},
    taints: [],
    health: async () => ({ memoryPressure: false, diskPressure: false, pidPressure: false, problems: [] }),
    images: async () => [],
    volumesInUse: () => undefined,
    async enforceAllocatable() {
      if (isBusy) throw new Error('Failed to update Node Allocatable Limits ["kubepods"]: busy');
    },
  });
  const running = reporter.run(10250, stop.signal);
  await reporter.registered;
  await clock.advance(50_000);
  const failed = 'Warning FailedNodeAllocatableEnforcement Failed to update Node Allocatable Limits ["kubepods"]: busy';
  const ofLimits = () => told.filter((text) => text.includes('Allocatable'));
  expect(ofLimits()).toEqual([failed]);
  isBusy = false;
  await clock.advance(120_000);
  expect(ofLimits()).toEqual([failed, 'Normal NodeAllocatableEnforced Updated Node Allocatable limit across pods']);
  stop.abort();
  await running;
});
