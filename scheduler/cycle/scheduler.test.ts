import { afterEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { Binding } from '../../api/kinds/core/binding.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createInformers } from '../../runtime/watch/informer-set.ts';
import type { SchedulerConfiguration } from '../config/configuration.ts';
import { readConfiguration } from '../config/read-configuration.ts';
import { node, pod } from '../state/objects.fixture.ts';
import { createScheduler } from './scheduler.ts';

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

async function start(configuration?: SchedulerConfiguration) {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  client.onSubresource('pods', 'binding', (key, body) => {
    const { target } = body as Binding;
    return client.patch(pods, key, { type: 'merge', body: { spec: { nodeName: target.name } } });
  });
  const stop = new AbortController();
  stops.push(stop);
  const informers = createInformers({ client, clock, log: silentLogger, signal: stop.signal });
  const registry = new Registry();
  const events: string[] = [];
  const recorder = {
    event: (object: { metadata?: { name?: string } }, type: string, reason: string, message: string) =>
      events.push(`${object.metadata?.name} ${type} ${reason}: ${message}`),
  };
  const scheduler = createScheduler({
    client,
    informers,
    clock,
    log: silentLogger,
    recorder: () => recorder,
    registry,
    ...(configuration ? { configuration } : {}),
  });
  const run = scheduler.run(stop.signal);
  await scheduler.ready;
  const get = (name: string): Promise<Live<Pod>> => client.get(pods, { namespace: 'default', name });
  const nodeOf = async (name: string) => (await get(name)).spec?.nodeName;
  const addNode = (...args: Parameters<typeof node>) => client.create(nodes, node(...args));
  const addPod = (...args: Parameters<typeof pod>) => client.create(pods, pod(...args));
  return { clock, client, registry, events, get, nodeOf, addNode, addPod, stop, run };
}

describe('the scheduler', () => {
  it('binds a pod to a node that has room and says so', async () => {
    const { clock, addNode, addPod, nodeOf, events } = await start();
    await addNode('a', { cpu: '1' });
    await addNode('b', { cpu: '4' });
    await addPod('p', { cpu: '2' });
    await clock.settle();
    expect(await nodeOf('p')).toBe('b');
    expect(events).toEqual(['p Normal Scheduled: Successfully assigned default/p to b']);
  });

  it('counts a pod on its node before the binding is seen', async () => {
    const { clock, addNode, addPod, nodeOf } = await start();
    await addNode('a', { cpu: '1' });
    await addNode('b', { cpu: '1' });
    await Promise.all([addPod('p', { cpu: '1' }), addPod('q', { cpu: '1' })]);
    await clock.settle();
    expect([await nodeOf('p'), await nodeOf('q')].sort()).toEqual(['a', 'b']);
  });

  it('leaves pods of other schedulers alone', async () => {
    const { clock, addNode, addPod, nodeOf } = await start();
    await addNode('a');
    await addPod('p', { spec: { schedulerName: 'mine' } });
    await clock.settle();
    expect(await nodeOf('p')).toBeUndefined();
  });

  it('schedules the pods of each profile by its own plugins', async () => {
    const { configuration } = readConfiguration({
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [
        {
          schedulerName: 'packing',
          pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } }],
          plugins: {
            filter: { disabled: [{ name: 'TaintToleration' }] },
            score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit' }] },
          },
        },
        {
          schedulerName: 'ssd',
          plugins: { postFilter: { disabled: [{ name: '*' }] } },
          pluginConfig: [
            {
              name: 'NodeAffinity',
              args: {
                addedAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: {
                    nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }],
                  },
                },
              },
            },
          ],
        },
      ],
    });
    const { clock, addNode, addPod, nodeOf, events } = await start(configuration);
    await addNode('full', { taints: [{ key: 'k', effect: 'NoSchedule' }] });
    await addPod('first', { cpu: '2', spec: { schedulerName: 'packing' } });
    await clock.settle();
    await addNode('empty');
    await addPod('second', { cpu: '1', spec: { schedulerName: 'packing' } });
    await addPod('nobody');
    await addPod('enforced', { spec: { schedulerName: 'ssd' } });
    await clock.settle();
    expect([await nodeOf('first'), await nodeOf('second'), await nodeOf('nobody')]).toEqual(['full', 'full', undefined]);
    const why = "1 node(s) didn't match scheduler-enforced node affinity, 1 node(s) had untolerated taint(s)";
    expect(events).toContain(`enforced Warning FailedScheduling: 0/2 nodes are available: ${why}.`);
    await addNode('ssd', { labels: { disk: 'ssd' } });
    await clock.advance(10_000);
    expect(await nodeOf('enforced')).toBe('ssd');
  });

  it('does not tell a victim again that is terminating already', async () => {
    const { clock, client, addNode, addPod, get, events } = await start();
    await addNode('a', { cpu: '1' });
    const held = pod('held', { cpu: '1', priority: 0, spec: { nodeName: 'a' } });
    await client.create(pods, { ...held, metadata: { ...held.metadata, deletionTimestamp: '2026-01-01T00:00:30Z' } });
    await clock.settle();
    await addPod('high', { cpu: '1', priority: 10 });
    await clock.settle();
    expect((await get('high')).status?.nominatedNodeName).toBe('a');
    expect(events.filter((event) => event.includes('Preempted'))).toEqual([]);
  });

  it('says why a pod cannot be scheduled, in its condition and an event, in upstream’s words', async () => {
    const { clock, addNode, addPod, get, events } = await start();
    await addNode('a', { taints: [{ key: 'k', effect: 'NoSchedule' }] });
    await addPod('p');
    await clock.settle();
    const message =
      '0/1 nodes are available: 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
    expect(events).toEqual([`p Warning FailedScheduling: ${message}`]);
    expect((await get('p')).status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]);
  });

  it('says when there are no nodes, and schedules once there is one', async () => {
    const { clock, addNode, addPod, nodeOf, events } = await start();
    await addPod('p');
    await clock.settle();
    expect(events).toEqual(['p Warning FailedScheduling: no nodes available to schedule pods']);
    await addNode('a');
    await clock.advance(1000);
    expect(await nodeOf('p')).toBe('a');
  });

  it('tries again on the event that could help, and not on others', async () => {
    const { clock, client, addNode, addPod, nodeOf, registry } = await start();
    const attempts = async () => Number(/scheduler_schedule_attempts_total\{result="unschedulable".*\} (\d+)/.exec(await registry.metrics())?.[1]);
    await addNode('a', { cpu: '2' });
    await addPod('x', { cpu: '2' });
    await clock.settle();
    await addPod('p', { cpu: '1' });
    await clock.settle();
    expect(await attempts()).toBe(1);
    await addNode('tiny', { cpu: '500m' });
    await client.patch(nodes, { namespace: '', name: 'a' }, { type: 'merge', body: { metadata: { annotations: { x: 'y' } } } });
    await clock.advance(30_000);
    expect(await attempts()).toBe(1);
    await client.delete(pods, { namespace: 'default', name: 'x' });
    await clock.settle();
    expect(await nodeOf('p')).toBe('a');
  });

  it('tries a pod again that lacked a feature when a node declares another one, and not on other changes', async () => {
    const { clock, client, addNode, addPod, nodeOf, events, registry } = await start();
    const attempts = async () => Number(/scheduler_schedule_attempts_total\{result="unschedulable".*\} (\d+)/.exec(await registry.metrics())?.[1]);
    const patchNode = (body: object) => client.patch(nodes, { namespace: '', name: 'a' }, { type: 'merge', body });
    const restartPolicyRules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }];
    await addNode('a', { declaredFeatures: ['Other'] });
    await addPod('p', { spec: { containers: [{ name: 'main', image: 'app', restartPolicy: 'Never', restartPolicyRules }] } });
    // Not answered like the one before: it needs no feature.
    await addPod('q');
    await clock.settle();
    expect(await nodeOf('q')).toBe('a');
    expect(events).toContainEqual(
      expect.stringContaining("p Warning FailedScheduling: 0/1 nodes are available: 1 node(s) didn't match Pod's required features."),
    );
    await patchNode({ metadata: { labels: { x: 'y' } }, status: { allocatable: { cpu: '8' } } });
    await clock.advance(30_000);
    expect(await attempts()).toBe(1);
    await patchNode({ status: { declaredFeatures: ['RestartAllContainersOnContainerExits'] } });
    await clock.settle();
    expect(await nodeOf('p')).toBe('a');
  });

  it('tries again after five minutes whatever happens', async () => {
    const { clock, addNode, addPod, registry } = await start();
    await addNode('a', { cpu: '1' });
    await addPod('p', { cpu: '2' });
    await clock.advance(360_000);
    expect(await registry.metrics()).toContain('scheduler_schedule_attempts_total{result="unschedulable",profile="default-scheduler"} 2');
  });

  it('schedules the more important pod first', async () => {
    const { clock, addNode, addPod, nodeOf } = await start();
    await addPod('low', { cpu: '1', priority: 0 });
    await addPod('high', { cpu: '1', priority: 100 });
    await clock.settle();
    await addNode('a', { cpu: '1' });
    await clock.advance(2000);
    expect([await nodeOf('low'), await nodeOf('high')]).toEqual([undefined, 'a']);
  });

  it('holds gated pods until their gates are gone', async () => {
    const { clock, client, addNode, addPod, nodeOf, registry } = await start();
    await addNode('a');
    await addPod('p', { spec: { schedulingGates: [{ name: 'wait' }] } });
    await clock.advance(1000);
    expect(await nodeOf('p')).toBeUndefined();
    expect(await registry.metrics()).toContain('scheduler_pending_pods{queue="gated"} 1');
    await client.patch(pods, { namespace: 'default', name: 'p' }, { type: 'merge', body: { spec: { schedulingGates: null } } });
    await clock.settle();
    expect(await nodeOf('p')).toBe('a');
  });

  it('tries again, after a back-off, when the binding fails', async () => {
    const { clock, client, addNode, addPod, nodeOf, events } = await start();
    await addNode('a', { cpu: '1' });
    client.failNext('create pods/binding', new Error('the server is away'));
    await addPod('p', { cpu: '1' });
    await clock.settle();
    expect(await nodeOf('p')).toBeUndefined();
    expect(events).toEqual(['p Warning FailedScheduling: binding rejected: the server is away']);
    await clock.advance(1000);
    expect(await nodeOf('p')).toBe('a');
  });

  it('makes room for an important pod: victims are marked and told to go, and the pod takes their node', async () => {
    const { clock, client, addNode, addPod, nodeOf, get, events, registry } = await start();
    await addNode('a', { cpu: '2' });
    await addPod('victim', { cpu: '2', priority: 1 });
    await clock.settle();
    const marked: unknown[] = [];
    const stopWatch = new AbortController();
    const watch = client.watch(pods, { resourceVersion: '0' }, (event) => 'object' in event && marked.push(event.object), stopWatch.signal);
    await addPod('big', { cpu: '2', priority: 10 });
    await clock.advance(2000);
    expect(marked).toContainEqual(
      expect.objectContaining({
        metadata: expect.objectContaining({ name: 'victim' }),
        status: expect.objectContaining({
          conditions: expect.arrayContaining([
            expect.objectContaining({
              type: 'DisruptionTarget',
              status: 'True',
              reason: 'PreemptionByScheduler',
              message: 'default-scheduler: preempting to accommodate a higher priority pod',
            }),
          ]),
        }),
      }),
    );
    expect(marked).toContainEqual(
      expect.objectContaining({ metadata: expect.objectContaining({ name: 'big' }), status: expect.objectContaining({ nominatedNodeName: 'a' }) }),
    );
    expect(await nodeOf('big')).toBe('a');
    const { uid } = (await get('big')).metadata;
    expect(events).toContain(`victim Normal Preempted: Preempted by pod ${uid} on node a`);
    expect(events).toContain('big Warning FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.');
    const metrics = await registry.metrics();
    expect(metrics).toContain('scheduler_preemption_goroutines_execution_total{result="success"} 1');
    expect(metrics).toContain('{extension_point="PostFilter",status="Success",profile="default-scheduler"} 1');
    expect(metrics).toContain(
      'scheduler_queueing_hint_execution_duration_seconds_count{plugin="NodeResourcesFit",event="AssignedPodDelete",hint="Queue"} 1',
    );
    stopWatch.abort();
    await watch;
  });

  it('takes a promised node back from a less important pod, in its status too', async () => {
    const { clock, client, addNode, addPod, get } = await start();
    await addNode('a', { cpu: '2' });
    await addPod('victim', { cpu: '2', priority: 1 });
    await clock.settle();
    client.failNext('delete pods default/victim', new Error('the server is away'));
    await addPod('small', { cpu: '2', priority: 5 });
    await clock.settle();
    expect((await get('small')).status?.nominatedNodeName).toBe('a');
    client.failNext('delete pods default/victim', new Error('the server is away'));
    await addPod('big', { cpu: '2', priority: 10 });
    await clock.settle();
    expect([(await get('small')).status?.nominatedNodeName, (await get('big')).status?.nominatedNodeName]).toEqual([undefined, 'a']);
  });

  it('keeps the room that was made from less important pods', async () => {
    const { clock, addNode, addPod, nodeOf } = await start();
    await addNode('a', { cpu: '2' });
    await addPod('victim', { cpu: '2', priority: 1 });
    await clock.settle();
    await Promise.all([addPod('big', { cpu: '2', priority: 10 }), addPod('small', { cpu: '1', priority: 1 })]);
    await clock.advance(5000);
    expect([await nodeOf('big'), await nodeOf('small')]).toEqual(['a', undefined]);
  });

  it('answers replicas alike while nothing changes, and tries them all again when something does', async () => {
    const { clock, client, addNode, addPod, nodeOf, events } = await start();
    await addNode('a', { cpu: '1' });
    await addPod('x', { cpu: '1' });
    await clock.settle();
    const names = ['p', 'q', 'r'];
    for (const name of names) await addPod(name, { cpu: '500m' });
    await clock.settle();
    const complaints = events.filter((text) => text.includes('FailedScheduling'));
    expect(new Set(complaints.map((text) => text.slice(1))).size).toBe(1);
    expect(complaints).toHaveLength(3);
    await client.delete(pods, { namespace: 'default', name: 'x' });
    await clock.advance(2000);
    const placed = await Promise.all(names.map(nodeOf));
    expect(placed.filter((name) => name === 'a')).toHaveLength(2);
  });

  it('reports its work under upstream’s metric names', async () => {
    const { clock, addNode, addPod, registry } = await start();
    await addNode('a');
    await addPod('p');
    await clock.settle();
    const metrics = await registry.metrics();
    expect(metrics).toContain('scheduler_schedule_attempts_total{result="scheduled",profile="default-scheduler"} 1');
    expect(metrics).toContain('scheduler_pending_pods{queue="active"} 0');
    expect(metrics).toContain('scheduler_pod_scheduling_attempts_count 1');
    expect(metrics).toContain('scheduler_cache_size{type="nodes"} 1');
    expect(metrics).toContain('scheduler_goroutines{operation="binding"} 0');
    const point = (name: string) => `scheduler_framework_extension_point_duration_seconds_count{extension_point="${name}",status="Success"`;
    for (const name of ['PreFilter', 'Filter', 'Reserve', 'Bind']) expect(metrics).toContain(`${point(name)},profile="default-scheduler"} 1`);
  });

  it('counts the bindings that are under way', async () => {
    const { clock, client, addNode, addPod, registry } = await start();
    const answer = Promise.withResolvers<void>();
    client.onSubresource('pods', 'binding', () => answer.promise);
    await addNode('a');
    await addPod('p');
    await clock.settle();
    expect(await registry.metrics()).toContain('scheduler_goroutines{operation="binding"} 1');
    answer.resolve();
    await clock.settle();
    expect(await registry.metrics()).toContain('scheduler_goroutines{operation="binding"} 0');
  });
});
