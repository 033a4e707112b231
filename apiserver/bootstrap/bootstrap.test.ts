import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createMemoryStore } from '../../store/memory.ts';
import { eventually, startTestServer } from '../test-server.fixture.ts';

const advertise = (address: string) => ({ advertise: { address, port: 6443 } });
const addressesOf = (json: { subsets?: { addresses: { ip: string }[] }[] }) =>
  json.subsets?.flatMap(({ addresses }) => addresses.map(({ ip }) => ip));

describe('a new cluster', () => {
  it('has its namespaces, priority classes and the way to the API server', async () => {
    const server = await startTestServer(advertise('192.0.2.1'));
    const names = async (path: string) =>
      (await server.ask('GET', path)).json.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    expect(await names('/api/v1/namespaces')).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    expect(await names('/apis/scheduling.k8s.io/v1/priorityclasses')).toEqual(['system-cluster-critical', 'system-node-critical']);
    const service = (await server.ask('GET', '/api/v1/namespaces/default/services/kubernetes')).json;
    expect(service.spec).toMatchObject({ clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, targetPort: 6443 }] });
    expect(addressesOf((await server.ask('GET', '/api/v1/namespaces/default/endpoints/kubernetes')).json)).toEqual(['192.0.2.1']);
    const slice = (await server.ask('GET', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes')).json;
    expect(slice).toMatchObject({ addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.1'] }], ports: [{ port: 6443 }] });
    await server.stop();
  });

  it('that only its own machine reaches has the service, pointing nowhere', async () => {
    const server = await startTestServer(advertise('127.0.0.1'));
    expect((await server.ask('GET', '/api/v1/namespaces/default/services/kubernetes')).json.spec.ports[0].targetPort).toBe(6443);
    expect((await server.ask('GET', '/api/v1/namespaces/default/endpoints/kubernetes')).status).toBe(404);
    await server.stop();
  });

  it('costs nothing to start again', async () => {
    const store = createMemoryStore();
    const first = await startTestServer({ store, ...advertise('192.0.2.1') });
    await first.stop();
    const before = await store.revision();
    const second = await startTestServer({ store, ...advertise('192.0.2.1') });
    expect(await store.revision()).toBe(before);
    await second.stop();
    await store.close();
  });

  it('points to where the server is now', async () => {
    const store = createMemoryStore();
    await (await startTestServer({ store, ...advertise('192.0.2.1') })).stop();
    const moved = await startTestServer({ store, ...advertise('192.0.2.9') });
    expect(addressesOf((await moved.ask('GET', '/api/v1/namespaces/default/endpoints/kubernetes')).json)).toEqual(['192.0.2.9']);
    await moved.stop();
    await store.close();
  });

  it('gets back what somebody deleted', async () => {
    const clock = createFakeClock();
    const server = await startTestServer({ clock, ...advertise('192.0.2.1') });
    await server.ask('DELETE', '/api/v1/namespaces/default/services/kubernetes');
    await clock.advance(11_000);
    await eventually(async () => (await server.ask('GET', '/api/v1/namespaces/default/services/kubernetes')).json.spec?.clusterIP === '10.96.0.1');
    const stopped = server.stop();
    await clock.advance(1);
    await stopped;
  });
});

it('several servers on one store are all pointed to while they live', async () => {
  const store = createMemoryStore();
  const clock = createFakeClock();
  const one = await startTestServer({ store, clock, shared: true, ...advertise('192.0.2.1') });
  const two = await startTestServer({ store, clock, shared: true, ...advertise('192.0.2.2') });
  const seen = async () => addressesOf((await one.ask('GET', '/api/v1/namespaces/default/endpoints/kubernetes')).json);
  expect(await seen()).toEqual(['192.0.2.1', '192.0.2.2']);
  await two.stop();
  await clock.advance(11_000);
  await eventually(async () => JSON.stringify(await seen()) === '["192.0.2.1"]');
  await one.stop();
  await store.close();
});
