import { beforeEach, expect, it } from '@jest/globals';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { serviceLoadBalancerController } from './controller.ts';
import { FINALIZER } from './plan.ts';

let stub: StubEnv;
const key = { namespace: 'default', name: 'web' };
beforeEach(async () => {
  stub = createStubEnv(serviceLoadBalancerController({ services, nodes, endpointSlices }));
  const addresses = [{ type: 'InternalIP', address: '192.0.2.1' }];
  await stub.client.create(nodes, { metadata: { name: 'a' }, status: { addresses, conditions: [{ type: 'Ready', status: 'True' }] } });
  await stub.client.create(services, { metadata: { ...key, finalizers: ['example.com/mine'] }, spec: { type: 'LoadBalancer' } });
  await stub.catchUp(nodes);
});
async function round() {
  await stub.catchUp(services);
  await stub.reconcile('web');
  const { metadata, status } = await stub.client.get(services, key);
  return { finalizers: metadata.finalizers ?? [], ips: status?.loadBalancer?.ingress?.map(({ ip }) => ip) ?? [] };
}

it('a service is protected until its load balancer is down; finalizers of others stay', async () => {
  expect(await round()).toEqual({ finalizers: ['example.com/mine', FINALIZER], ips: ['192.0.2.1'] });
  await stub.client.patch(services, key, { type: 'merge', body: { spec: { type: 'ClusterIP' } } });
  expect(await round()).toEqual({ finalizers: ['example.com/mine'], ips: [] });
  expect(stub.events.slice(-2)).toEqual(['DeletingLoadBalancer: Deleting load balancer', 'DeletedLoadBalancer: Deleted load balancer']);
});
