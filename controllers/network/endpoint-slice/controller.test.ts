import { describe, expect, it } from '@jest/globals';
import { conceptServices } from '../../../api/concepts/service.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../../api/kinds/discovery/endpoint-slice.ts';
import { samplesOf } from '../../../runtime/observe/metric-samples.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { backs } from '../backing-service/plan.ts';
import { endpointSliceController } from './controller.ts';

it('slices that the cache does not show yet are not made twice', async () => {
  const stub = createStubEnv(endpointSliceController({ services, pods, nodes, endpointSlices }));
  await stub.client.create(services, { metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' } } });
  await stub.catchUp(services);
  await stub.reconcile('web');
  expect(await stub.reconcile('web')).toEqual({ requeueAfterMs: 10 });
  expect((await stub.client.list(endpointSlices)).items).toHaveLength(1);
  await stub.catchUp(endpointSlices);
  expect(await stub.reconcile('web')).toEqual({ done: true });
  expect((await stub.client.list(endpointSlices)).items).toHaveLength(1);
  expect(await samplesOf(stub.registry, 'endpoint_slice_controller')).toEqual([
    'endpoint_slice_controller_changes{operation="create"} 1',
    'endpoint_slice_controller_syncs{result="success"} 2',
    'endpoint_slice_controller_syncs{result="stale"} 1',
    'endpoint_slice_controller_num_endpoint_slices 1',
  ]);
});

describe('slices of a service that a core Service carries', () => {
  const carried = async (uid: 'its own' | 'another') => {
    const stub = createStubEnv(endpointSliceController({ services: conceptServices, pods, nodes, endpointSlices }, { kind: services, backs }));
    const key = { name: 'web', namespace: 'default' };
    const { metadata } = await stub.client.create(conceptServices, { metadata: key, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } });
    const owner = { apiVersion: 'skiff.dev/v1', kind: 'Service', name: 'web', uid: uid === 'another' ? uid : metadata.uid, controller: true };
    await stub.client.create(services, { metadata: { ...key, ownerReferences: [owner] }, spec: { ipFamilies: ['IPv6'] } });
    for (const kind of [conceptServices, services]) await stub.catchUp(kind);
    return stub;
  };

  it('are of the families that the cluster chose', async () => {
    const stub = await carried('its own');
    await stub.reconcile('web');
    expect((await stub.client.list(endpointSlices)).items.map(({ addressType }) => addressType)).toEqual(['IPv6']);
  });

  it('are not made for a core Service of somebody else, and go with its own', async () => {
    const stranger = await carried('another');
    await stranger.reconcile('web');
    expect((await stranger.client.list(endpointSlices)).items).toEqual([]);

    const stub = await carried('its own');
    await stub.reconcile('web');
    await stub.catchUp(endpointSlices);
    stub.enqueued();
    await stub.client.delete(services, { namespace: 'default', name: 'web' });
    await stub.catchUp(services);
    expect(stub.enqueued()).toEqual(['default/web']);
    await stub.reconcile('web');
    expect((await stub.client.list(endpointSlices)).items).toEqual([]);
  });
});
