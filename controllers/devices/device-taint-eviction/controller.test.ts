import { beforeEach, describe, expect, it } from '@jest/globals';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Device } from '../../../api/kinds/resource/device.ts';
import type { DeviceToleration } from '../../../api/kinds/resource/device-claim.ts';
import { resourceClaims, resourceSlices } from '../../../api/kinds/resource/index.ts';
import { consumerOf } from '../../../api/kinds/resource/pod-claims.ts';
import { timeText } from '../../../base/clock.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { deviceTaintEvictionController } from './controller.ts';

const KINDS = [pods, resourceClaims, resourceSlices] as const;
let stub: StubEnv;
beforeEach(() => {
  stub = createStubEnv(deviceTaintEvictionController({ pods, resourceClaims, resourceSlices }));
});

const catchUp = async () => {
  for (const kind of KINDS) await stub.catchUp(kind);
};
const taint = (effect = 'NoExecute') => ({ key: 'broken', effect, timeAdded: timeText(stub.clock.now()) });
const publish = async (taints: NonNullable<Device['taints']> = [], { name = 'slice', generation = 1, device = 'gpu-0' } = {}) => {
  const spec = {
    driver: 'd.example.com',
    pool: { name: 'p', generation, resourceSliceCount: 1 },
    nodeName: 'n',
    devices: [{ name: device, taints }],
  };
  const old = stub.client.calls.includes(`create resourceslices /${name}`) || stub.client.calls.includes(`create resourceslices ${name}`);
  if (old) await stub.client.patch(resourceSlices, { namespace: '', name }, { type: 'merge', body: { spec } });
  else await stub.client.create(resourceSlices, { metadata: { name }, spec });
  await stub.catchUp(resourceSlices);
};
/** Makes a pod on a node, with a claim to `gpu-0`. */
async function start(tolerations: DeviceToleration[] = [], { nodeName = 'n', status = {} } = {}): Promise<void> {
  const pod = await stub.client.create(pods, {
    metadata: { name: 'web', namespace: 'default' },
    spec: { nodeName, containers: [{ name: 'a' }], resourceClaims: [{ name: 'gpu', resourceClaimName: 'claim' }] },
    status,
  });
  const result = { request: 'gpu', driver: 'd.example.com', pool: 'p', device: 'gpu-0', tolerations };
  await stub.client.create(resourceClaims, {
    metadata: { name: 'claim', namespace: 'default' },
    spec: {},
    status: { allocation: { devices: { results: [result] } }, reservedFor: [consumerOf(pod)] },
  });
  await catchUp();
  stub.enqueued();
}
const left = async () => (await stub.client.list(pods)).items.length;
const MARKED = 'DeviceTaintManagerEviction: Marking for deletion';

describe('a pod on a tainted device', () => {
  it('is deleted, with the reason in its status', async () => {
    await publish();
    await start();
    await publish([taint()]);
    expect(stub.enqueued()).toEqual(['default/web']);
    await stub.reconcile('web');
    expect(await left()).toBe(0);
    expect(stub.events).toEqual([MARKED]);
    expect(stub.client.calls.slice(-2).some((call) => call.startsWith('delete pods'))).toBe(true);
    expect(stub.client.calls).toContain('patch pods/status default/web');
    expect(await stub.registry.metrics()).toContain('device_taint_eviction_controller_pod_deletions_total 1');
  });

  it('that it finds there from the start is deleted, too', async () => {
    await publish([taint()]);
    await start();
    await stub.reconcile('web');
    expect(await left()).toBe(0);
  });

  it.each<[string, DeviceToleration[]]>([
    ['the key', [{ key: 'broken', operator: 'Exists', effect: 'NoExecute' }]],
    ['everything', [{ operator: 'Exists', effect: 'NoExecute' }]],
    ['the value', [{ key: 'broken', operator: 'Equal', value: '', effect: 'NoExecute' }]],
  ])('stays if its claim tolerates %s', async (_, tolerations) => {
    await start(tolerations);
    await publish([taint()]);
    await stub.reconcile('web');
    expect([await left(), stub.events]).toEqual([1, []]);
  });

  it.each<[string, DeviceToleration]>([
    ['another value', { key: 'broken', operator: 'Equal', value: 'very', effect: 'NoExecute' }],
    ['another effect', { key: 'broken', operator: 'Exists', effect: 'NoSchedule' }],
    ['no effect by name, as upstream has it', { key: 'broken', operator: 'Exists' }],
  ])('is deleted if its claim tolerates %s', async (_, toleration) => {
    await start([toleration]);
    await publish([taint()]);
    await stub.reconcile('web');
    expect(await left()).toBe(0);
  });

  it('is deleted when the time is over for which its claim tolerates the taint', async () => {
    await start([{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }]);
    await publish([taint()]);
    await stub.clock.advance(20_000);
    const result = await stub.reconcile('web');
    expect('requeueAfterMs' in result && result.requeueAfterMs).toBeLessThanOrEqual(41_000);
    expect('requeueAfterMs' in result && result.requeueAfterMs).toBeGreaterThanOrEqual(39_000);
    await stub.clock.advance(41_000);
    await stub.reconcile('web');
    expect(await left()).toBe(0);
  });

  it('is spared if the taint goes in time', async () => {
    await start([{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }]);
    await publish([taint()]);
    await stub.reconcile('web');
    stub.enqueued();
    await publish([]);
    expect(stub.enqueued()).toEqual(['default/web']);
    await stub.reconcile('web');
    await stub.reconcile('web');
    expect([await left(), stub.events]).toEqual([1, ['DeviceTaintManagerEviction: Cancelling deletion']]);
  });

  it('is spared if its claim is freed in time', async () => {
    await start([{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }]);
    await publish([taint()]);
    await stub.reconcile('web');
    stub.enqueued();
    await stub.client.patch(resourceClaims, { namespace: 'default', name: 'claim' }, { type: 'merge', body: { status: { reservedFor: null } } });
    await stub.catchUp(resourceClaims);
    expect(stub.enqueued()).toEqual(['default/web']);
    await stub.reconcile('web');
    expect(stub.events).toEqual(['DeviceTaintManagerEviction: Cancelling deletion']);
  });

  it.each<[string, { nodeName?: string; status?: object }]>([
    ['it is not bound', { nodeName: '' }],
    ['it has ended', { status: { phase: 'Failed' } }],
  ])('stays if %s', async (_, more) => {
    await start([], more);
    await publish([taint()]);
    await stub.reconcile('web');
    expect(await left()).toBe(1);
  });

  it('is deleted once, though the cache lags behind', async () => {
    await start();
    await publish([taint()]);
    await stub.reconcile('web');
    await stub.reconcile('web');
    expect(stub.events).toEqual([MARKED]);
  });

  it('is deleted in the end, though a write fails', async () => {
    await start();
    await publish([taint()]);
    stub.client.failNext('delete pods', new Error('no answer'));
    await expect(stub.reconcile('web')).rejects.toThrow('no answer');
    await stub.reconcile('web');
    expect(await left()).toBe(0);
  });
});

describe('the taints that count', () => {
  it('are those with the effect NoExecute', async () => {
    await start();
    await publish([taint('NoSchedule'), taint('None')]);
    expect(stub.enqueued()).toEqual([]);
    await stub.reconcile('web');
    expect(await left()).toBe(1);
  });

  it('are those of the latest generation of the pool', async () => {
    await start();
    await publish([], { generation: 2 });
    await publish([taint()], { name: 'old', generation: 1 });
    await stub.reconcile('web');
    expect(await left()).toBe(1);
    stub.enqueued();
    await stub.client.delete(resourceSlices, { namespace: '', name: 'slice' });
    await stub.catchUp(resourceSlices);
    expect(stub.enqueued()).toContain('default/web');
    await stub.reconcile('web');
    expect(await left()).toBe(0);
  });

  it('wake nobody who uses other devices, and lead to no scan', async () => {
    await start();
    stub.scans();
    await publish([taint()], { name: 'other', device: 'gpu-1' });
    expect(stub.enqueued()).toEqual([]);
    expect(stub.scans()).toBe(1); // The test's own look.
  });
});
