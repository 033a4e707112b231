import { afterEach, describe, expect, it } from '@jest/globals';
import { leases } from '../api/kinds/coordination/lease.ts';
import { events } from '../api/kinds/core/event.ts';
import { nodes } from '../api/kinds/core/node/index.ts';
import type { Pod } from '../api/kinds/core/pod/index.ts';
import { pods } from '../api/kinds/core/pod/index.ts';
import type { Live } from '../api/meta/object.ts';
import { createFakeClock } from '../base/fake-clock.ts';
import { silentLogger } from '../base/log.ts';
import { createMemoryClient } from '../runtime/client/memory-client.fixture.ts';
import { createEventRecorder } from '../runtime/observe/event-recorder.ts';
import { createInformers } from '../runtime/watch/informer-set.ts';
import type { Agent } from './compose.ts';
import { createAgent } from './compose.ts';
import type { ContainerRuntime } from './contract/runtime.ts';
import { resources, systemInfo } from './node/node-info.ts';
import { createPodSource } from './pod/sources/pod-source.ts';
import { SIMULATED } from './simulated/behaviour.ts';
import { createSimulatedRuntime } from './simulated/simulated-runtime.ts';

const NODE = 'n1';
const identity = { machineID: 'm', systemUUID: 's', bootID: 'b', osImage: 'o', kernelVersion: 'k' };
const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

/** An agent over a client in memory and the simulated runtime, on a clock that stands still until it is moved. */
async function start(
  given: { runtime?: ContainerRuntime; client?: ReturnType<typeof createMemoryClient>; clock?: ReturnType<typeof createFakeClock> } = {},
) {
  const clock = given.clock ?? createFakeClock();
  const client = given.client ?? createMemoryClient(clock);
  let address = 1;
  const runtime = given.runtime ?? createSimulatedRuntime({ clock, podAddress: () => `10.128.0.${address++}` });
  const stop = new AbortController();
  const shared = { client, clock, log: silentLogger, signal: stop.signal };
  const informers = createInformers(shared);
  const agent: Agent = await createAgent(
    {
      ...shared,
      informers,
      nodeName: NODE,
      runtime,
      dataDir: '/nowhere',
      recorder: createEventRecorder({ ...shared, component: 'kubelet', host: NODE }),
      nodeIps: ['192.0.2.7'],
      clusterDns: ['10.96.0.10'],
      clusterDomain: 'cluster.local',
      podSource: createPodSource(informers.of(pods)),
      facts: {
        info: systemInfo(identity, 'simulated://'),
        ...resources({ cpus: 2, memoryBytes: 4 * 2 ** 30, diskBytes: 2 ** 40, pods: 10 }),
        memoryBytes: 4 * 2 ** 30,
      },
    },
    stop.signal,
  );
  const running = agent.run(stop.signal);
  const end = async () => {
    stop.abort();
    await running;
  };
  ended.push(end);
  await clock.settle();
  await agent.ready;
  const get = (name: string) => client.get(pods, { namespace: 'default', name });
  const create = async (
    name: string,
    spec: Partial<NonNullable<Pod['spec']>> = {},
    annotations: Record<string, string> = {},
    ownerReferences?: NonNullable<Pod['metadata']>['ownerReferences'],
  ) => {
    await client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', annotations, ...(ownerReferences && { ownerReferences }) },
      spec: { nodeName: NODE, containers: [{ name: 'c', image: 'img', imagePullPolicy: 'IfNotPresent' }], ...spec },
    });
    await clock.advance(100);
  };
  const reasons = async (name: string) =>
    (await client.list(events)).items.filter(({ involvedObject }) => involvedObject.name === name).map(({ reason }) => reason);
  const askToDelete = async (name: string, graceSeconds: number) => {
    const pod = await get(name);
    const metadata = { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: graceSeconds };
    await client.update(pods, { ...pod, metadata });
    await clock.advance(100);
  };
  return { clock, client, runtime, agent, get, create, reasons, askToDelete, end };
}

const first = (pod: Live<Pod>) => pod.status?.containerStatuses?.[0];
const condition = (pod: Live<Pod>, type: string) => pod.status?.conditions?.find((found) => found.type === type)?.status;

describe('the agent', () => {
  it('registers its node, ready, with a lease', async () => {
    const { client } = await start();
    const node = await client.get(nodes, { namespace: '', name: NODE });
    expect(node.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
    expect(node.status?.addresses).toEqual([
      { type: 'InternalIP', address: '192.0.2.7' },
      { type: 'Hostname', address: NODE },
    ]);
    // A node that is named otherwise than its machine shows its own name, as kubelet does with --hostname-override.
    expect(node.metadata.labels?.['kubernetes.io/hostname']).toBe(NODE);
    expect(node.status?.nodeInfo?.containerRuntimeVersion).toBe('simulated://');
    const lease = await client.get(leases, { namespace: 'kube-node-lease', name: NODE });
    expect(lease.spec).toMatchObject({ holderIdentity: NODE, leaseDurationSeconds: 40 });
    expect(lease.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Node', uid: node.metadata.uid });
  });

  it('renews the lease every ten seconds', async () => {
    const { client, clock } = await start();
    const read = async () => (await client.get(leases, { namespace: 'kube-node-lease', name: NODE })).spec?.renewTime;
    const before = await read();
    await clock.advance(9_000);
    expect(await read()).toBe(before);
    await clock.advance(2_000);
    expect(await read()).not.toBe(before);
  });

  it('runs a pod that is bound to its node and tells of it', async () => {
    const { create, get, reasons } = await start();
    await create('p');
    const pod = await get('p');
    expect(pod.status).toMatchObject({ phase: 'Running', podIP: '10.128.0.1', hostIP: '192.0.2.7', qosClass: 'BestEffort' });
    expect(condition(pod, 'Ready')).toBe('True');
    expect(first(pod)).toMatchObject({ ready: true, started: true, restartCount: 0, containerID: expect.stringMatching(/^simulated:\/\//) });
    expect(await reasons('p')).toEqual(['Pulled', 'Created', 'Started']);
  });

  it('counts the claims of a simulated pod as prepared: nothing runs that could use a device', async () => {
    const { create, get } = await start();
    const containers = [{ name: 'c', image: 'img', imagePullPolicy: 'IfNotPresent', resources: { claims: [{ name: 'gpu' }] } }];
    await create('p', { resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }], containers });
    expect((await get('p')).status?.phase).toBe('Running');
  });

  it('leaves pods of other nodes alone', async () => {
    const { create, get } = await start();
    await create('p', { nodeName: 'other' });
    expect((await get('p')).status).toBeUndefined();
  });

  it('restarts a container that ends at once the first time, then ever later, and says why it waits', async () => {
    const { create, get, clock, reasons } = await start();
    await create('p', {}, { [SIMULATED.runFor]: '1000', [SIMULATED.exitCode]: '1' });
    await clock.advance(1_000);
    expect(first(await get('p'))).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 1, reason: 'Error' } } });
    await clock.advance(1_000);
    expect(first(await get('p'))?.state?.waiting).toMatchObject({
      reason: 'CrashLoopBackOff',
      message: expect.stringMatching(/^back-off 10s restarting failed container=c pod=p_default\(/),
    });
    expect(await reasons('p')).toContain('BackOff');
    await clock.advance(10_500);
    expect(first(await get('p'))).toMatchObject({ restartCount: 2 });
    await clock.advance(1_500);
    expect(first(await get('p'))?.state?.waiting?.message).toMatch(/^back-off 20s/);
  });

  it('lets a pod that is done be done', async () => {
    const { create, get, clock, runtime } = await start();
    await create('p', { restartPolicy: 'Never' }, { [SIMULATED.runFor]: '1000' });
    await clock.advance(1_100);
    const pod = await get('p');
    expect(pod.status?.phase).toBe('Succeeded');
    expect(condition(pod, 'Ready')).toBe('False');
    expect((await runtime.listSandboxes()).every(({ ready }) => !ready)).toBe(true);
  });

  it('takes a simulated pod through its init containers, and leaves sidecars running', async () => {
    const { create, get } = await start();
    const init = (name: string, more = {}) => ({ name, image: 'img', imagePullPolicy: 'IfNotPresent', ...more });
    await create('p', { initContainers: [init('first'), init('side', { restartPolicy: 'Always' }), init('last')] });
    const { status } = await get('p');
    expect(status?.phase).toBe('Running');
    expect(status?.initContainerStatuses?.map(({ name, state }) => [name, Object.keys(state ?? {})[0]])).toEqual([
      ['first', 'terminated'],
      ['side', 'running'],
      ['last', 'terminated'],
    ]);
  });

  it('ends a simulated pod of a Job at once, unless it is told how long the pod runs', async () => {
    const { create, get, clock } = await start();
    const owner = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'job', uid: 'job', controller: true }];
    await create('quick', { restartPolicy: 'Never' }, {}, owner);
    await create('slow', { restartPolicy: 'Never' }, { [SIMULATED.runFor]: '1h' }, owner);
    await clock.advance(1_000);
    expect([(await get('quick')).status?.phase, (await get('slow')).status?.phase]).toEqual(['Succeeded', 'Running']);
  });

  it('starts a simulated container that must not run as root, if the user that it names is not', async () => {
    const { create, get } = await start();
    await create('p', { securityContext: { runAsNonRoot: true } });
    await create('root', { securityContext: { runAsNonRoot: true, runAsUser: 0 } });
    expect((await get('p')).status?.phase).toBe('Running');
    expect(first(await get('root'))?.state?.waiting?.reason).toBe('CreateContainerConfigError');
  });

  it('starts a simulated container without the variables of a Secret that is missing, and says so', async () => {
    const { create, get, reasons } = await start();
    const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'missing', key: 'password' } } }];
    await create('p', { containers: [{ name: 'c', image: 'img', imagePullPolicy: 'IfNotPresent', env }] });
    expect((await get('p')).status?.phase).toBe('Running');
    expect(await reasons('p')).toContain('Simulated');
  });

  it('starts a simulated container whose image has a name that no node can pull', async () => {
    const { create, get, reasons } = await start();
    const image = 'ko://github.com/tektoncd/pipeline/cmd/controller';
    await create('p', { containers: [{ name: 'c', image, imagePullPolicy: 'IfNotPresent' }] });
    expect(first(await get('p'))).toMatchObject({ image, ready: true });
    expect(await reasons('p')).toContain('Simulated');
  });

  it('stops a pod that is being deleted, then removes it from the API and the runtime', async () => {
    const { create, askToDelete, get, client, runtime, reasons, clock } = await start();
    await create('p');
    await askToDelete('p', 30);
    await expect(get('p')).rejects.toMatchObject({ reason: 'NotFound' });
    expect(client.calls).toContain('delete pods default/p');
    expect(await reasons('p')).toContain('Killing');
    await clock.settle();
    expect(await runtime.listSandboxes()).toEqual([]);
    expect(await runtime.listContainers()).toEqual([]);
  });

  it('ends what runs of a pod that has vanished from the API', async () => {
    const { create, client, runtime, clock } = await start();
    await create('p');
    await client.delete(pods, { namespace: 'default', name: 'p' });
    await clock.advance(100);
    expect(await runtime.listSandboxes()).toEqual([]);
  });

  it('refuses a pod that the node has no room for', async () => {
    const { client, create, get, runtime } = await start();
    await create('p', { containers: [{ name: 'c', image: 'img', resources: { requests: { cpu: '3' } } }] });
    expect((await get('p')).status).toMatchObject({
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 2000",
    });
    expect(await runtime.listSandboxes()).toEqual([]);
    const told = (await client.list(events)).items.filter(({ reason }) => reason === 'OutOfcpu').map(({ message }) => message);
    expect(told).toEqual(["Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 2000"]);
  });

  it('gives a pod other resources when another pod has ended', async () => {
    const { client, create, get, clock, askToDelete, reasons } = await start();
    const asking = (cpu: string) => ({ containers: [{ name: 'c', image: 'img', resources: { requests: { cpu } } }] });
    await create('grows', asking('1'));
    await create('other', asking('1'));
    const pod = await get('grows');
    await client.update(pods, { ...pod, metadata: { ...pod.metadata, generation: 2 }, spec: { ...pod.spec, ...asking('1500m') } });
    await clock.advance(100);
    const pending = (await get('grows')).status?.conditions?.find(({ type }) => type === 'PodResizePending');
    expect(pending).toMatchObject({ reason: 'Deferred', observedGeneration: 2 });
    expect(first(await get('grows'))).toMatchObject({ allocatedResources: { cpu: '1' }, resources: { requests: { cpu: '1' } } });
    await askToDelete('other', 1);
    await clock.advance(1_000);
    expect(condition(await get('grows'), 'PodResizePending')).toBeUndefined();
    expect(first(await get('grows'))).toMatchObject({
      restartCount: 0,
      allocatedResources: { cpu: '1500m' },
      resources: { requests: { cpu: '1500m' } },
    });
    expect(await reasons('grows')).toEqual(expect.arrayContaining(['ResizeDeferred', 'ResizeStarted', 'ResizeCompleted']));
  });

  it('ends a pod that is past its deadline', async () => {
    const { create, get, clock } = await start();
    await create('p', { activeDeadlineSeconds: 60 });
    await clock.advance(59_000);
    expect((await get('p')).status?.phase).toBe('Running');
    await clock.advance(2_000);
    expect((await get('p')).status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  it('makes a new sandbox when the old one died, and counts the restart', async () => {
    const { create, get, runtime, clock } = await start();
    await create('p');
    const [sandbox] = await runtime.listSandboxes();
    await runtime.stopSandbox(sandbox?.id ?? '');
    await clock.advance(500);
    const pod = await get('p');
    expect(first(pod)).toMatchObject({ restartCount: 1, ready: true });
    expect(pod.status?.podIPs).toEqual([{ ip: '10.128.0.2' }]);
  });

  it('adopts what runs when it starts again, and restarts nothing', async () => {
    const one = await start();
    await one.create('p');
    const before = first(await one.get('p'));
    await one.end();
    const two = await start({ runtime: one.runtime, client: one.client, clock: one.clock });
    await two.clock.advance(1_000);
    expect(first(await two.get('p'))).toEqual(before);
    expect((await two.runtime.listContainers()).map(({ id }) => `simulated://${id}`)).toEqual([before?.containerID]);
  });

  it('finishes the deletion of a pod that was asked for while it was away', async () => {
    const one = await start();
    await one.create('p');
    await one.end();
    const two = await start({ runtime: one.runtime, client: one.client, clock: one.clock });
    await two.askToDelete('p', 1);
    await expect(two.get('p')).rejects.toMatchObject({ reason: 'NotFound' });
  });

  it('removes what runs of a pod that was deleted while it was away', async () => {
    const one = await start();
    await one.create('p');
    await one.end();
    await one.client.delete(pods, { namespace: 'default', name: 'p' });
    const two = await start({ runtime: one.runtime, client: one.client, clock: one.clock });
    await two.clock.advance(61_000);
    expect(await two.runtime.listSandboxes()).toEqual([]);
  });

  it('sets right what others said of its pods while the node was away', async () => {
    const { clock, client, create, get } = await start();
    await create('web');
    const pod = await get('web');
    expect(condition(pod, 'Ready')).toBe('True');
    const conditions = pod.status?.conditions?.map((found) => (found.type === 'Ready' ? { ...found, status: 'False' } : found));
    await client.update(pods, { ...pod, status: { ...pod.status, conditions } }, { subresource: 'status' });
    await clock.advance(100);
    expect(condition(await get('web'), 'Ready')).toBe('True');
  });

  it('keeps conditions that others have set', async () => {
    const { create, get, client, clock } = await start();
    await create('p', { readinessGates: [{ conditionType: 'example.com/ready' }] });
    expect(condition(await get('p'), 'Ready')).toBe('False');
    const pod = await get('p');
    const gate = { type: 'example.com/ready', status: 'True' };
    await client.update(
      pods,
      { ...pod, status: { ...pod.status, conditions: [...(pod.status?.conditions ?? []), gate] } },
      { subresource: 'status' },
    );
    await clock.advance(100);
    const now = await get('p');
    expect(condition(now, 'Ready')).toBe('True');
    expect(condition(now, 'example.com/ready')).toBe('True');
  });
});
