import { expect, it } from '@jest/globals';
import { nodes } from '../../api/core/node.ts';
import { pods } from '../../api/core/pod.ts';
import { services } from '../../api/core/service.ts';
import { endpointSlices } from '../../api/discovery/endpoint-slice.ts';
import { createStubEnv } from '../stub-env.ts';
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
});
