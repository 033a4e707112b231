import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { loadRules } from '../../api/cel/rules/loader.ts';
import type { Binding } from '../../api/kinds/core/binding.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import type { Device } from '../../api/kinds/resource/device.ts';
import type { DeviceRequest } from '../../api/kinds/resource/device-claim.ts';
import { deviceClasses } from '../../api/kinds/resource/device-class.ts';
import { CLAIM_FINALIZER } from '../../api/kinds/resource/pod-claims.ts';
import { resourceClaims } from '../../api/kinds/resource/resource-claim.ts';
import { resourceSlices } from '../../api/kinds/resource/resource-slice.ts';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { MemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createInformers } from '../../runtime/watch/informer-set.ts';
import { DRIVER, exactly, selector, slice } from '../devices/devices.fixture.ts';
import { node, pod } from '../state/objects.fixture.ts';
import { createScheduler } from './scheduler.ts';

let clock: FakeClock;
let client: MemoryClient;
let stop: AbortController;
let run: Promise<void>;
let events: string[];
let registry: Registry;

beforeEach(async () => {
  await loadRules();
  clock = createFakeClock();
  client = createMemoryClient(clock);
  client.onSubresource('pods', 'binding', (key, body) =>
    client.patch(pods, key, { type: 'merge', body: { spec: { nodeName: (body as Binding).target.name } } }),
  );
  stop = new AbortController();
  events = [];
  registry = new Registry();
  const recorder = () => ({ event: (_object: object, _type: string, reason: string, message: string) => void events.push(`${reason}: ${message}`) });
  const informers = createInformers({ client, clock, log: silentLogger, signal: stop.signal });
  const scheduler = createScheduler({ client, informers, clock, log: silentLogger, recorder, registry, random: () => 0 });
  run = scheduler.run(stop.signal);
  await scheduler.ready;
  for (const name of ['a', 'b']) await client.create(nodes, node(name));
  await client.create(deviceClasses, { metadata: { name: 'gpu' }, spec: {} });
  await clock.settle();
});
afterEach(async () => {
  stop.abort();
  await run;
});

const key = (name: string) => ({ namespace: 'default', name });
const createClaim = (name: string, request: DeviceRequest = exactly('r')) =>
  client.create(resourceClaims, { metadata: key(name), spec: { devices: { requests: [request] } } });
const publish = (name: string, devices: readonly (string | Device)[], nodeName: string) =>
  client.create(resourceSlices, slice(name, devices, { nodeName }));
const using = (...claims: readonly string[]) => ({
  spec: { resourceClaims: claims.map((resourceClaimName, index) => ({ name: `c${index}`, resourceClaimName })) },
});
const addPod = (name: string, ...claims: readonly string[]) => client.create(pods, pod(name, using(...claims)));
const nodeOf = async (name: string) => (await client.get(pods, key(name))).spec?.nodeName;
const claim = (name: string) => client.get(resourceClaims, key(name));
const devicesOf = async (name: string) => (await claim(name)).status?.allocation?.devices?.results?.map(({ device }) => device);
const unhelpful = (count: number) => `preemption: 0/${count} nodes are available: ${count} Preemption is not helpful for scheduling.`;

describe('a pod with a device claim', () => {
  it('is bound where the device is, and the claim is allocated and reserved for it first', async () => {
    await publish('s', ['d1'], 'b');
    await createClaim('c');
    await addPod('p', 'c');
    await clock.settle();
    expect(await nodeOf('p')).toBe('b');
    const { metadata, status } = await claim('c');
    expect(metadata.finalizers).toEqual([CLAIM_FINALIZER]);
    expect(status).toEqual({
      allocation: {
        allocationTimestamp: '2026-01-01T00:00:00Z',
        devices: { results: [{ request: 'r', driver: DRIVER, pool: 's', device: 'd1' }] },
        nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }] },
      },
      reservedFor: [{ resource: 'pods', name: 'p', uid: (await client.get(pods, key('p'))).metadata.uid }],
    });
    expect(events).toEqual(['Scheduled: Successfully assigned default/p to b']);
  });

  it('waits silently for its claim, and goes on when there is one', async () => {
    await publish('s', ['d1'], 'a');
    await addPod('p', 'c');
    await clock.advance(60_000);
    expect([events, await nodeOf('p')]).toEqual([[], undefined]);
    await createClaim('c');
    await clock.settle();
    expect(await nodeOf('p')).toBe('a');
  });

  it('says why it fits nowhere, and fits once another claim is deallocated', async () => {
    await publish('s', ['d1'], 'a');
    for (const name of ['c', 'd']) await createClaim(name);
    await addPod('p', 'c');
    await clock.settle();
    await addPod('q', 'd');
    await clock.settle();
    const why = '0/2 nodes are available: 2 cannot allocate all claims. still not schedulable';
    expect(events.at(-1)).toBe(`FailedScheduling: ${why}, ${unhelpful(2)}`);
    await client.update(resourceClaims, { ...(await claim('c')), status: {} }, { subresource: 'status' });
    await clock.advance(1000);
    expect(await devicesOf('d')).toEqual(['d1']);
    expect(await nodeOf('q')).toBe('a');
  });

  it('names the class that is missing, and fits once it is there', async () => {
    await publish('s', ['d1'], 'a');
    await createClaim('c', exactly('r', { deviceClassName: 'nic' }));
    await addPod('p', 'c');
    await clock.settle();
    expect(events[0]).toMatch(/^FailedScheduling: 0\/2 nodes are available: request r: device class nic does not exist\. still not schedulable, /);
    await client.create(deviceClasses, { metadata: { name: 'nic' }, spec: {} });
    await clock.advance(1000);
    expect(await nodeOf('p')).toBe('a');
  });

  it('fits once devices are published', async () => {
    await createClaim('c');
    await addPod('p', 'c');
    await clock.settle();
    expect(await nodeOf('p')).toBeUndefined();
    await publish('s', ['d1'], 'b');
    await clock.advance(1000);
    expect(await nodeOf('p')).toBe('b');
  });

  it('is tried again if a selector is at fault, with the reason', async () => {
    await publish('s', ['d1'], 'a');
    await createClaim('c', exactly('r', { selectors: [selector('device.attributes["x"].y')] }));
    await addPod('p', 'c');
    await clock.settle();
    const why = 'claim default/c: selector #0: CEL runtime error: no such key: y';
    expect(events).toEqual([`FailedScheduling: running "DynamicResources" filter plugin: ${why}`]);
  });

  it('never gets the device of another, however fast they come', async () => {
    await publish('s', ['d1', 'd2', 'd3'], 'a');
    await publish('t', ['d4', 'd5', 'd6'], 'b');
    const names = ['u', 'v', 'w', 'x', 'y', 'z'];
    await Promise.all(names.flatMap((name) => [createClaim(name), addPod(`p-${name}`, name)]));
    await clock.advance(30_000);
    const devices = (await Promise.all(names.map(devicesOf))).flat();
    expect(devices.sort()).toEqual(['d1', 'd2', 'd3', 'd4', 'd5', 'd6']);
  });

  it('shares an allocated claim, on the node where it is', async () => {
    await publish('s', ['d1'], 'b');
    await createClaim('c');
    await Promise.all([addPod('p', 'c'), addPod('q', 'c')]);
    await clock.advance(10_000);
    expect([await nodeOf('p'), await nodeOf('q')]).toEqual(['b', 'b']);
    expect((await claim('c')).status?.reservedFor).toHaveLength(2);
  });

  it('prefers the node with the better alternative', async () => {
    const request = {
      name: 'r',
      firstAvailable: ['big', 'small'].map((name) => ({
        name,
        deviceClassName: 'gpu',
        selectors: [selector(`device.attributes["${DRIVER}"].size == "${name}"`)],
      })),
    };
    await publish('s', [{ name: 'd1', attributes: { size: { string: 'small' } } }], 'a');
    await publish('t', [{ name: 'd2', attributes: { size: { string: 'big' } } }], 'b');
    await createClaim('c', request);
    await addPod('p', 'c');
    await clock.settle();
    expect(await nodeOf('p')).toBe('b');
  });

  it('has an unused claim deallocated that is in its way', async () => {
    await publish('s', ['d1'], 'a');
    await publish('t', ['d2'], 'b');
    const pinned = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }] };
    const result = { request: 'r', driver: DRIVER, pool: 't', device: 'd2' };
    const allocated = await createClaim('c');
    await client.update(resourceClaims, { ...allocated, status: { allocation: { devices: { results: [result] }, nodeSelector: pinned } } });
    const subject = pod('p', using('c'));
    await client.create(pods, { ...subject, spec: { ...subject.spec, containers: [], nodeSelector: { 'kubernetes.io/hostname': 'a' } } });
    await clock.settle();
    expect(events[0]).toContain('1 resourceclaim not available on the node. deallocation of ResourceClaim completed, preemption: ');
    await clock.advance(1000);
    expect([await nodeOf('p'), await devicesOf('c')]).toEqual(['a', ['d1']]);
  });
});

describe('what a failed binding leaves', () => {
  it('are free devices and a claim without the pod', async () => {
    await publish('s', ['d1'], 'a');
    await createClaim('c');
    client.failNext('update resourceclaims/status', new Error('no'));
    await addPod('p', 'c');
    await clock.settle();
    const why = 'add allocation and reservation to claim default/c: no';
    expect(events).toEqual([`FailedScheduling: running PreBind plugin "DynamicResources": ${why}`]);
    await clock.advance(1000);
    expect([await nodeOf('p'), await devicesOf('c')]).toEqual(['a', ['d1']]);
  });

  it('is a patch that takes the reservation back if the pod itself is refused', async () => {
    await publish('s', ['d1'], 'a');
    await createClaim('c');
    client.failNext('create pods/binding', new Error('no'));
    await addPod('p', 'c');
    await clock.settle();
    expect(events).toEqual(['FailedScheduling: binding rejected: no']);
    expect(client.calls).toContain('patch resourceclaims/status default/c');
  });
});

describe('devices with binding conditions', () => {
  const device: Device = { name: 'd1', bindingConditions: ['Ready'], bindingFailureConditions: ['Broken'] };
  const report = async (type: string) => {
    const current = await claim('c');
    const condition = { type, status: 'True' as const, reason: 'Why', message: 'because', lastTransitionTime: '2026-01-01T00:00:00Z' };
    const devices = [{ driver: DRIVER, pool: 's', device: 'd1', conditions: [condition] }];
    return client.update(resourceClaims, { ...current, status: { ...current.status, devices } }, { subresource: 'status' });
  };
  /** The waits that are counted, each as outcome, number and seconds in all. */
  const waits = async () => {
    const text = await registry.metrics();
    const labels = `profile="default-scheduler",driver="${DRIVER}",status="`;
    return [...text.matchAll(new RegExp(`^scheduler_dra_bindingconditions_allocations_total{${labels}(\\w+)"} (\\d+)$`, 'gm'))].map(
      ([, status, count]) => {
        const sum = new RegExp(`^scheduler_dra_bindingconditions_wait_duration_seconds_sum{${labels}${status}"} (\\S+)$`, 'm').exec(text)?.[1];
        return `${status} ${count} ${sum}`;
      },
    );
  };
  beforeEach(async () => {
    await publish('s', [device], 'a');
    await createClaim('c');
    await addPod('p', 'c');
    await clock.settle();
  });

  it('hold their pod back until they are ready', async () => {
    await clock.advance(60_000);
    expect([events, await nodeOf('p')]).toEqual([['BindingConditionsPending: waiting for binding conditions for device on node a'], undefined]);
    await report('Ready');
    await clock.settle();
    expect(await nodeOf('p')).toBe('a');
    expect(await waits()).toEqual([`success 1 60`]);
  });

  it('that fail are given back, and the pod is tried again', async () => {
    await report('Broken');
    await clock.settle();
    const why = 'device binding failed: claim=c, reason=Why, message="because"';
    expect(events.at(-1)).toBe(`FailedScheduling: running PreBind plugin "DynamicResources": ${why}`);
    expect(await waits()).toEqual(['failure 1 0']);
  });

  it('wait for no pod that is deleted', async () => {
    await client.delete(pods, key('p'));
    await clock.settle();
    expect(client.calls).toContain('patch resourceclaims/status default/c');
    expect(await waits()).toEqual(['error 1 0']);
  });

  it('have ten minutes', async () => {
    await clock.advance(599_000);
    expect(events).toHaveLength(1);
    await clock.advance(1000);
    const why = 'device binding timeout: context deadline exceeded';
    expect(events.at(-1)).toBe(`FailedScheduling: running PreBind plugin "DynamicResources": ${why}`);
    expect(await waits()).toEqual(['timeout 1 600']);
  });
});

describe('an extended resource that devices stand for', () => {
  const resource = 'example.com/gpu';
  beforeEach(async () => {
    await client.create(deviceClasses, { metadata: { name: 'ext' }, spec: { extendedResourceName: resource } });
    await publish('s', ['d1', 'd2'], 'b');
    await clock.settle();
  });

  it('is met by a claim that the scheduler makes, and the pod says which request stands for it', async () => {
    await client.create(pods, pod('p', { requests: { [resource]: '2' } }));
    await clock.settle();
    expect(await nodeOf('p')).toBe('b');
    const { status, metadata } = await client.get(pods, key('p'));
    const [made] = (await client.list(resourceClaims)).items;
    expect(made?.metadata).toMatchObject({
      annotations: { 'resource.kubernetes.io/extended-resource-claim': 'true' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: metadata.uid, controller: true }],
    });
    expect(made?.metadata.name).toMatch(/^p-extended-resources-/);
    expect(made?.status?.allocation?.devices?.results?.map(({ request, device }) => `${request}=${device}`)).toEqual([
      'container-0-request-0=d1',
      'container-0-request-0=d2',
    ]);
    expect(status?.extendedResourceClaimStatus).toEqual({
      resourceClaimName: made?.metadata.name,
      requestMappings: [{ containerName: 'main', resourceName: resource, requestName: 'container-0-request-0' }],
    });
  });

  it('stays with the device plugin of a node that has one', async () => {
    await client.create(nodes, node('c', { resources: { [resource]: '4' } }));
    await client.create(pods, pod('p', { requests: { [resource]: '3' } }));
    await clock.settle();
    expect(await nodeOf('p')).toBe('c');
    expect((await client.list(resourceClaims)).items).toEqual([]);
  });

  it('is met again after a claim that an earlier attempt has left', async () => {
    const subject = pod('p', { requests: { [resource]: '1' } });
    await client.create(pods, {
      ...subject,
      spec: { ...subject.spec, containers: subject.spec?.containers ?? [], schedulingGates: [{ name: 'wait' }] },
    });
    const { metadata } = await client.get(pods, key('p'));
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: metadata.uid, controller: true };
    const annotations = { 'resource.kubernetes.io/extended-resource-claim': 'true' };
    const left = await client.create(resourceClaims, {
      metadata: { ...key('left'), annotations, ownerReferences: [owner] },
      spec: { devices: { requests: [exactly('container-0-request-0')] } },
    });
    const result = { request: 'container-0-request-0', driver: DRIVER, pool: 's', device: 'd1' };
    await client.update(resourceClaims, { ...left, status: { allocation: { devices: { results: [result] } } } });
    await client.patch(pods, key('p'), { type: 'merge', body: { spec: { schedulingGates: null } } });
    await clock.settle();
    expect(events[0]).toContain('2 cannot schedule extended resource claim. deletion of ResourceClaim completed, preemption: ');
    await clock.advance(1000);
    expect(await nodeOf('p')).toBe('b');
  });

  it('is not met by fewer devices, and leaves no claim if binding fails', async () => {
    await client.create(pods, pod('big', { requests: { [resource]: '3' } }));
    await clock.settle();
    expect(events.at(-1)).toMatch(/2 cannot allocate all claims\. still not schedulable/);
    client.failNext('create pods/binding', new Error('no'));
    await client.create(pods, pod('p', { requests: { [resource]: '1' } }));
    await clock.settle();
    expect((await client.list(resourceClaims)).items).toEqual([]);
    await clock.advance(1000);
    expect(await nodeOf('p')).toBe('b');
    client.failNext('create resourceclaims', new Error('no'));
    await client.create(pods, pod('q', { requests: { [resource]: '1' } }));
    await clock.advance(10_000);
    const { values = [] } = (await registry.getSingleMetric('scheduler_resourceclaim_creates_total')?.get()) ?? {};
    expect(values).toEqual([
      { labels: { status: 'success' }, value: 3 },
      { labels: { status: 'failure' }, value: 1 },
    ]);
  });
});
