import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { deployments } from '../../../api/kinds/apps/deployment.ts';
import { events as coreEvents } from '../../../api/kinds/core/event.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { priorityClasses } from '../../../api/kinds/scheduling/priority-class.ts';
import type { Live } from '../../../api/meta/object.ts';
import { silentLogger } from '../../../base/log.ts';
import { createActionSink } from '../../../runtime/observe/action-recorder.ts';
import { createInformers } from '../../../runtime/watch/informer-set.ts';
import { createScheduler } from '../../../scheduler/cycle/scheduler.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
let stop: AbortController;
let run: Promise<void>;

beforeEach(async () => {
  cluster = await startControllersCluster({ runPods: false });
  stop = new AbortController();
  const { client, clock } = cluster;
  const base = { client, clock, log: silentLogger, signal: stop.signal };
  const scheduler = createScheduler({
    ...base,
    informers: createInformers(base),
    recorder: createActionSink({ ...base, host: 'machine' }).recorder,
    registry: new Registry(),
  });
  run = scheduler.run(stop.signal);
  await scheduler.ready;
});

afterEach(async () => {
  stop.abort();
  await run;
  await cluster.stop();
});

async function addNode(name: string, cpu = '4', more: Partial<Node> = {}): Promise<void> {
  await cluster.client.create(nodes, { metadata: { name, labels: { 'kubernetes.io/hostname': name } }, ...more });
  const status = { capacity: { cpu, memory: '8Gi', pods: '110' }, allocatable: { cpu, memory: '8Gi', pods: '110' } };
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', lastHeartbeatTime: new Date().toISOString() };
  await cluster.client.patch(
    nodes,
    { namespace: '', name },
    { type: 'strategic', body: { status: { ...status, conditions: [ready] } } },
    { subresource: 'status' },
  );
  // A new node keeps its taint until the node controller has seen it ready.
  await cluster.until(`${name} takes pods`, async () => !(await cluster.find(nodes, name))?.spec?.taints?.length);
}

const addPod = (name: string, cpu: string, spec: Partial<NonNullable<Pod['spec']>> = {}): Promise<Live<Pod>> =>
  cluster.client.create(pods, {
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'app', resources: { requests: { cpu } } }], ...spec },
  });

const scheduled = (name: string) =>
  cluster.until(`${name} has a node`, async () => {
    const pod = await cluster.find(pods, name);
    return pod?.spec?.nodeName ? pod : undefined;
  });

const condition = (pod: Live<Pod> | undefined) => pod?.status?.conditions?.find(({ type }) => type === 'PodScheduled');

describe('the scheduler on the real API server', () => {
  it('gives a pod a node, a condition and an event', async () => {
    await addNode('a');
    await addPod('p', '1');
    expect((await scheduled('p')).spec?.nodeName).toBe('a');
    expect(condition(await cluster.find(pods, 'p'))).toMatchObject({ status: 'True' });
    const events = await cluster.until('the event is written', async () => {
      const found = await cluster.eventsOn('Pod', 'p');
      return found.length > 0 && found;
    });
    expect(events).toEqual(['Scheduled: Successfully assigned default/p to a']);
    const [event] = (await cluster.client.list(coreEvents, { namespace: 'default', fieldSelector: 'involvedObject.name=p' })).items;
    // kubectl sorts by lastTimestamp, in whole seconds: without one this event comes before those of the node, whoever was first.
    expect([event?.firstTimestamp, event?.lastTimestamp]).toEqual([null, null]);
    expect(event).toMatchObject({
      eventTime: expect.stringMatching(/^[^.]+\.\d{6}Z$/),
      action: 'Binding',
      reportingComponent: 'default-scheduler',
      reportingInstance: 'default-scheduler-machine',
    });
  });

  it('says what a pod lacks, and schedules it once a node has it', async () => {
    await addNode('a', '1');
    await addPod('p', '2');
    const lacking = await cluster.until('the condition is written', async () => condition(await cluster.find(pods, 'p')));
    expect(lacking).toMatchObject({ status: 'False', reason: 'Unschedulable' });
    expect(lacking.message).toMatch(/^0\/1 nodes are available: 1 (Insufficient cpu|node\(s\) had untolerated taint\(s\))\./);
    await addNode('b', '4');
    expect((await scheduled('p')).spec?.nodeName).toBe('b');
  });

  it('spreads a Deployment over the nodes', async () => {
    for (const name of ['a', 'b', 'c']) await addNode(name);
    await cluster.client.create(deployments, {
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 6,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'app' }] } },
      },
    });
    const placed = await cluster.until('all pods have a node', async () => {
      const all = await cluster.list(pods);
      return all.length === 6 && all.every(({ spec }) => spec?.nodeName) && all;
    });
    const perNode = Object.groupBy(placed, ({ spec }) => spec?.nodeName ?? '');
    expect(Object.values(perNode).map((group) => group?.length)).toEqual([2, 2, 2]);
  });

  it('makes room for a pod of a higher priority class', async () => {
    await cluster.client.create(priorityClasses, { metadata: { name: 'important' }, value: 1000 });
    await addNode('a', '2');
    await addPod('low', '2', { terminationGracePeriodSeconds: 0 });
    await scheduled('low');
    await addPod('high', '2', { priorityClassName: 'important' });
    await cluster.until('the victim is told to go', async () => {
      const victim = await cluster.find(pods, 'low');
      return !victim || victim.metadata.deletionTimestamp !== undefined;
    });
    // No agent runs here: the test deletes the pod as the agent does at its end.
    if (await cluster.find(pods, 'low')) await cluster.client.delete(pods, { namespace: 'default', name: 'low' }, { gracePeriodSeconds: 0 });
    expect((await scheduled('high')).spec?.nodeName).toBe('a');
  });
});
