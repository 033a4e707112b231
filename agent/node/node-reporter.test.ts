import { describe, expect, it } from '@jest/globals';
import { nodes } from '../../api/kinds/core/node/index.ts';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { MemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { createAgentMetrics } from './agent-metrics.ts';
import { resources, systemInfo } from './node-info.ts';
import type { NodeReporter, NodeReporterOptions } from './node-reporter.ts';
import { createNodeReporter } from './node-reporter.ts';
import { createNodeStartup } from './node-startup.ts';

const aNodesFacts = {
  info: systemInfo({ machineID: 'm', systemUUID: 's', bootID: 'b', osImage: 'o', kernelVersion: 'k' }, 'simulated://'),
  ...resources({ cpus: 2, memoryBytes: 2 ** 32, diskBytes: 2 ** 40, pods: 10 }),
  memoryBytes: 2 ** 32,
};

/** A reporter of a node that is well, unless a test says otherwise. */
function aReporter(clock: FakeClock, more: Partial<NodeReporterOptions> = {}): NodeReporter {
  return createNodeReporter({
    client: createMemoryClient(clock),
    clock,
    log: silentLogger,
    recorder: { event: () => {} },
    nodeName: 'n1',
    nodeIps: ['192.0.2.7'],
    facts: aNodesFacts,
    features: { supplementalGroupsPolicy: false, recursiveReadOnlyMounts: false, userNamespaces: false, handlers: undefined },
    declaredFeatures: [],
    labels: {},
    taints: [],
    health: async () => ({ memoryPressure: false, diskPressure: false, pidPressure: false, problems: [] }),
    images: async () => [],
    volumesInUse: () => undefined,
    enforceAllocatable: async () => {},
    pluginResources: async () => ({ capacity: {}, allocatable: {} }),
    isNewNode: async () => false,
    ...more,
  });
}

it('limits of all pods that cannot be set are told, and tried again after a minute', async () => {
  const clock = createFakeClock();
  const told: string[] = [];
  const stop = new AbortController();
  let isBusy = true;
  const reporter = aReporter(clock, {
    recorder: { event: (_, type, reason, message) => void told.push(`${type} ${reason} ${message}`) },
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

it('tells that the machine was started anew, and that the node takes no pods, once each', async () => {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const node = await client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  const { info } = aNodesFacts;
  await client.update(nodes, { ...node, status: { nodeInfo: { ...info, bootID: 'before' } } }, { subresource: 'status' });
  const told: string[] = [];
  const stop = new AbortController();
  const reporter = aReporter(clock, { client, recorder: { event: (_, type, reason, message) => void told.push(`${type} ${reason} ${message}`) } });
  const running = reporter.run(10250, stop.signal);
  await reporter.registered;
  const cordon = async (unschedulable: boolean) => {
    await client.patch(nodes, { namespace: '', name: 'n1' }, { type: 'merge', body: { spec: { unschedulable } } });
    await clock.advance(30_000);
  };
  await cordon(true);
  await cordon(false);
  stop.abort();
  await running;
  expect(told.filter((text) => /Reboot|Schedulable/.test(text))).toEqual([
    'Warning Rebooted Node n1 has been rebooted, boot id: b',
    'Normal NodeNotSchedulable Node n1 status is now: NodeNotSchedulable',
    'Normal NodeSchedulable Node n1 status is now: NodeSchedulable',
  ]);
});

it('each runtime handler is shown with what it can do', async () => {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const stop = new AbortController();
  const can = { recursiveReadOnlyMounts: true, userNamespaces: false };
  const cannot = { recursiveReadOnlyMounts: false, userNamespaces: false };
  const handlers = [
    { name: '', ...can },
    { name: 'kata', ...cannot },
  ];
  const reporter = aReporter(clock, { client, features: { supplementalGroupsPolicy: false, ...can, handlers } });
  const running = reporter.run(10250, stop.signal);
  await reporter.registered;
  expect((await client.get(nodes, { namespace: '', name: 'n1' })).status?.runtimeHandlers).toEqual([
    { features: can },
    { name: 'kata', features: cannot },
  ]);
  stop.abort();
  await running;
});

describe('extended resources', () => {
  const run = async (clock: FakeClock, client: MemoryClient, more: Partial<NodeReporterOptions>) => {
    const stop = new AbortController();
    const reporter = aReporter(clock, { client, ...more });
    const running = reporter.run(10250, stop.signal);
    await reporter.registered;
    const end = async () => {
      stop.abort();
      await running;
    };
    const shown = async (name: string) => {
      await clock.advance(10);
      const { status } = await client.get(nodes, { namespace: '', name: 'n1' });
      return `${status?.allocatable?.[name]}/${status?.capacity?.[name]}`;
    };
    return { reporter, shown, end };
  };
  const registered = async (client: MemoryClient) => {
    const node = await client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
    const status = { capacity: { 'example.com/foo': '3' }, allocatable: { 'example.com/foo': '3' } };
    await client.update(nodes, { ...node, status }, { subresource: 'status' });
  };

  it('of plugins are shown as these change, also while a report is being made', async () => {
    const clock = createFakeClock();
    let healthy = 2;
    let news: (() => void) | undefined;
    const { reporter, shown, end } = await run(clock, createMemoryClient(clock), {
      pluginResources: async () => {
        const plugged = { capacity: { 'example.com/gpu': '2' }, allocatable: { 'example.com/gpu': String(healthy) } };
        news?.();
        return plugged;
      },
    });
    expect(await shown('example.com/gpu')).toBe('2/2');
    news = () => {
      news = undefined;
      healthy = 1;
      reporter.check();
    };
    reporter.check();
    expect(await shown('example.com/gpu')).toBe('1/2');
    await end();
  });

  it.each([
    [true, '0/0'],
    [false, '3/3'],
  ])('of a node that the API knows: whether no agent has run here is %s, shown is %s', async (isNew, text) => {
    const clock = createFakeClock();
    const client = createMemoryClient(clock);
    await registered(client);
    const { shown, end } = await run(clock, client, { isNewNode: async () => isNew });
    expect(await shown('example.com/foo')).toBe(text);
    await client.patch(
      nodes,
      { namespace: '', name: 'n1' },
      { type: 'merge', body: { status: { capacity: { 'example.com/foo': '5' } } } },
      { subresource: 'status' },
    );
    await clock.advance(10_000);
    expect(await shown('example.com/foo')).toBe('5/5');
    await end();
  });
});

describe('declared features', () => {
  const key = { namespace: '', name: 'n1' };
  /** Runs a reporter against an API server, which may drop the field. Returns the fields of each write of the status. */
  const run = async (clock: FakeClock, drops: () => boolean) => {
    const client = createMemoryClient(clock);
    const writes: string[][] = [];
    const server: NodeReporterOptions['client'] = {
      ...client,
      patch(kind, at, patch, options) {
        if (patch.type === 'json') throw new Error('the reporter writes merge patches');
        const { status } = patch.body as { readonly status: Record<string, unknown> };
        writes.push(Object.keys(status));
        const { declaredFeatures, ...others } = status;
        return client.patch(kind, at, drops() ? { ...patch, body: { status: others } } : patch, options);
      },
    };
    const stop = new AbortController();
    const reporter = aReporter(clock, { client: server, declaredFeatures: ['A', 'B'] });
    const running = reporter.run(10250, stop.signal);
    await reporter.registered;
    const end = async () => {
      stop.abort();
      await running;
    };
    const shown = async () => (await client.get(nodes, key)).status?.declaredFeatures;
    return { client, writes, shown, end };
  };

  it('stand in the first status of the node, and are put back', async () => {
    const clock = createFakeClock();
    const { client, shown, writes, end } = await run(clock, () => false);
    expect(await shown()).toEqual(['A', 'B']);
    await clock.advance(60_000);
    expect(writes).toHaveLength(1);
    await client.patch(nodes, key, { type: 'merge', body: { status: { declaredFeatures: ['A'] } } }, { subresource: 'status' });
    await clock.advance(11_000);
    expect(await shown()).toEqual(['A', 'B']);
    expect(writes).toHaveLength(2);
    expect(writes[1]).toContain('declaredFeatures');
    await end();
  });

  it('that an older API server drops are not sent every time, and arrive once it is newer', async () => {
    const clock = createFakeClock();
    let isOld = true;
    const { writes, shown, end } = await run(clock, () => isOld);
    await clock.advance(4 * 60_000);
    expect([await shown(), writes.length]).toEqual([undefined, 1]);
    isOld = false;
    await clock.advance(2 * 60_000);
    expect([await shown(), writes.length]).toEqual([['A', 'B'], 2]);
    await end();
  });
});

describe('the way in which a node comes up', () => {
  const startupOf = async (isKnown: boolean) => {
    const clock = createFakeClock();
    const { registry } = createAgentMetrics('n1');
    const startup = createNodeStartup(registry, clock, clock.now() - 100_000);
    await clock.advance(2_000);
    const client = createMemoryClient(clock);
    if (isKnown) await client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
    else client.failNext('create nodes', new Error('not yet'));
    const stop = new AbortController();
    const problems = ['the network is not ready'];
    const health = async () => ({ memoryPressure: false, diskPressure: false, pidPressure: false, problems });
    const running = aReporter(clock, { client, startup, health }).run(10250, stop.signal);
    await clock.advance(3_000);
    problems.length = 0;
    await clock.advance(60_000);
    stop.abort();
    await running;
    return (await samplesOf(registry, 'kubelet_node_startup')).map((line) => line.replace('kubelet_node_startup_', ''));
  };

  it('is measured from the start of the machine until it is ready', async () => {
    expect(await startupOf(false)).toEqual([
      'pre_kubelet_duration_seconds 100',
      'pre_registration_duration_seconds 2',
      'registration_duration_seconds 0.5',
      'post_registration_duration_seconds 2.75',
      'duration_seconds 105.25',
    ]);
  });

  it('is not measured of a node that the API knew', async () => {
    expect((await startupOf(true)).filter((line) => !line.endsWith(' 0'))).toEqual([]);
  });
});
