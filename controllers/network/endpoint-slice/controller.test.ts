import { expect, it } from '@jest/globals';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../../api/kinds/discovery/endpoint-slice.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
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
