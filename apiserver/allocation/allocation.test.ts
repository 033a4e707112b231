import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { services } from '../../api/kinds/core/service/index.ts';
import { ipAddresses } from '../../api/kinds/networking/ip-address.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryStore } from '../../store/memory.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { eventually, startTestServer } from '../test-server.fixture.ts';
import { ipv4Space, portSpace } from './address-space.ts';
import { createPortAllocator } from './port-allocator.ts';
import { serviceAllocation } from './service-allocation.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({ serviceCidr: '10.96.0.0/24', nodePorts: [30000, 30099] });
});
afterEach(() => server.stop());

const SERVICES = '/api/v1/namespaces/default/services';
const post = (name: string, spec: object = {}) =>
  server.ask('POST', SERVICES, { body: { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } } });
const patch = (name: string, body: object) =>
  server.ask('PATCH', `${SERVICES}/${name}`, { headers: { 'content-type': 'application/merge-patch+json' }, body });
const portRecords = async () => (await server.store.list('/registry/ranges/servicenodeports/')).items.map(({ key }) => key.split('/').at(-1));
const addresses = () => server.objects.list(ipAddresses).map(({ metadata }) => metadata.name);

describe('a space', () => {
  it('of addresses leaves out the first and the last', () => {
    const space = ipv4Space('10.96.0.0/12');
    expect([space.size, space.staticBand, space.text(0), space.text(space.size - 1)]).toEqual([1_048_574, 256, '10.96.0.1', '10.111.255.254']);
    expect([space.offset('10.96.0.10'), space.offset('10.96.0.0'), space.offset('10.112.0.1'), space.offset('x')]).toEqual([
      9,
      undefined,
      undefined,
      undefined,
    ]);
    expect(ipv4Space('10.96.0.0/24').staticBand).toBe(16);
  });
  it('of ports has both ends', () => {
    const space = portSpace(30000, 32767);
    expect([space.size, space.staticBand, space.offset('30000'), space.offset('32767'), space.offset('32768')]).toEqual([
      2768,
      86,
      0,
      2767,
      undefined,
    ]);
  });
});

describe('cluster IPs', () => {
  it('are given once each, above the band for those who ask', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => post(`s${i}`)));
    const ips = answers.map(({ json }) => json.spec.clusterIP);
    expect(new Set(ips).size).toBe(50);
    expect(ips.every((ip) => Number(ip.split('.')[3]) > 16)).toBe(true);
    expect(answers[0]?.json.spec).toMatchObject({ clusterIPs: [ips[0]], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
  });

  it('that are asked for are given to one', async () => {
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => post(name, { clusterIP: '10.96.0.10' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422]);
    const refused = answers.find(({ status }) => status === 422)?.json;
    expect(refused.message).toMatch(
      /^Service "[abc]" is invalid: spec.clusterIPs: Invalid value: \["10.96.0.10"\]: failed to allocate IP 10.96.0.10: provided IP is already allocated$/,
    );
  });

  it('that are no addresses are refused as such', async () => {
    const { json } = await post('a', { clusterIP: '10.96.0' });
    expect(json.details.causes).toMatchObject([{ field: 'spec.clusterIPs[0]', message: expect.stringContaining('must be a valid IP address') }]);
  });

  it('of a service that asks for more than one of each family are not taken', async () => {
    const clusterIPs = ['10.96.0.10', '10.96.0.11', '10.96.0.12'];
    const { json } = await post('a', { clusterIP: '10.96.0.10', clusterIPs });
    expect(json.details.causes.map(({ message }: { readonly message: string }) => message)).toContain(
      'Invalid value: ["10.96.0.10","10.96.0.11","10.96.0.12"]: may only hold up to 2 values',
    );
    expect((await post('b', { clusterIP: '10.96.0.12' })).status).toBe(201);
  });

  it('outside of the range are refused', async () => {
    const { json } = await post('a', { clusterIP: '10.97.0.1' });
    expect(json.message).toContain('failed to allocate IP 10.97.0.1: the provided network does not match the current range');
    const dry = await server.ask('POST', `${SERVICES}?dryRun=All`, {
      body: { metadata: { name: 'a' }, spec: { clusterIP: '10.97.0.1', ports: [{ port: 80 }] } },
    });
    expect(dry.json.message).toContain(
      'failed to allocate IP 10.97.0.1: the provided IP (10.97.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/24',
    );
  });

  it('are free again once the service is deleted', async () => {
    for (let i = 0; i < 5; i++) {
      expect((await post('a', { clusterIP: '10.96.0.10' })).status).toBe(201);
      await server.ask('DELETE', `${SERVICES}/a`);
    }
  });

  it('are kept on update, and given up with the type', async () => {
    const first = await post('a');
    const ip = first.json.spec.clusterIP;
    expect((await patch('a', { metadata: { labels: { x: 'y' } }, spec: { clusterIP: null, clusterIPs: null } })).json.spec.clusterIP).toBe(ip);
    const external = await patch('a', { spec: { type: 'ExternalName', externalName: 'x.example' } });
    expect(external.json.spec.clusterIP).toBeUndefined();
    await eventually(() => !addresses().includes(ip));
  });

  it('are none for a headless service, which may have both families without a selector', async () => {
    expect((await post('a', { clusterIP: 'None', selector: { a: 'b' } })).json.spec).toMatchObject({ clusterIPs: ['None'], ipFamilies: ['IPv4'] });
    expect((await post('b', { clusterIP: 'None' })).json.spec).toMatchObject({ ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' });
  });

  it('are not kept by a service that is refused', async () => {
    const before = addresses();
    expect((await post('a', { clusterIP: '10.96.0.11', sessionAffinity: 'Nonsense' })).status).toBe(422);
    expect((await server.ask('POST', `${SERVICES}?dryRun=All`, { body: { metadata: { name: 'd' }, spec: { ports: [{ port: 80 }] } } })).status).toBe(
      201,
    );
    await eventually(() => addresses().length === before.length);
  });
});

describe('node ports', () => {
  it('are given once each, until there are none', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => post(`s${i}`, { type: 'NodePort' })));
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(new Set(answers.map(({ json }) => json.spec.ports[0].nodePort)).size).toBe(100);
    const full = await post('more', { type: 'NodePort' });
    expect([full.status, full.json.message]).toEqual([500, 'Internal error occurred: failed to allocate a nodePort: range is full']);
  });

  it.each([
    [30008, 'spec.ports[0].nodePort: Invalid value: 30008: provided port is already allocated'],
    [20000, 'spec.ports[0].nodePort: Invalid value: 20000: provided port is not in the valid range. The range of valid ports is 30000-30099'],
  ])('that are asked for and cannot be had are refused: %d', async (nodePort, message) => {
    await post('first', { type: 'NodePort', ports: [{ port: 80, nodePort: 30008 }] });
    const answer = await post('second', { type: 'NodePort', ports: [{ port: 80, nodePort }] });
    expect([answer.status, answer.json.message]).toEqual([422, `Service "second" is invalid: ${message}`]);
  });

  it('are shared by the protocols of one port', async () => {
    const ports = [
      { name: 'tcp', port: 53, protocol: 'TCP' },
      { name: 'udp', port: 53, protocol: 'UDP' },
    ];
    const [tcp, udp] = (await post('dns', { type: 'NodePort', ports })).json.spec.ports;
    expect(tcp.nodePort).toBe(udp.nodePort);
  });

  it('come and go with the type', async () => {
    await post('a');
    const nodePort = (await patch('a', { spec: { type: 'NodePort' } })).json.spec.ports[0].nodePort;
    expect(nodePort).toBeGreaterThanOrEqual(30000);
    expect((await patch('a', { spec: { ports: [{ port: 80 }] } })).json.spec.ports[0].nodePort).toBe(nodePort);
    expect((await patch('a', { spec: { type: 'ClusterIP' } })).json.spec.ports[0].nodePort).toBeUndefined();
    await eventually(async () => (await portRecords()).length === 0);
  });

  it('are taken for health checks of a local load balancer', async () => {
    const { json } = await post('lb', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
    expect(json.spec.healthCheckNodePort).toBeGreaterThanOrEqual(30000);
    expect((await portRecords()).sort()).toEqual([String(json.spec.ports[0].nodePort), String(json.spec.healthCheckNodePort)].sort());
  });
});

describe('an IPAddress', () => {
  const addressOf = (ip: string) => server.ask('GET', `/apis/networking.k8s.io/v1/ipaddresses/${ip}`);

  it('names the service that has the cluster IP, one with a generated name too', async () => {
    const { json } = await server.ask('POST', SERVICES, { body: { metadata: { generateName: 'web-' }, spec: { ports: [{ port: 80 }] } } });
    expect((await addressOf(json.spec.clusterIP)).json).toMatchObject({
      metadata: { labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
      spec: { parentRef: { resource: 'services', namespace: 'default', name: json.metadata.name } },
    });
  });

  it('that somebody else made keeps its address from being given', async () => {
    const parentRef = { group: 'example.com', resource: 'gateways', name: 'x' };
    await server.ask('POST', '/apis/networking.k8s.io/v1/ipaddresses', { body: { metadata: { name: '10.96.0.40' }, spec: { parentRef } } });
    const { json } = await post('a', { clusterIP: '10.96.0.40' });
    expect(json.message).toContain('provided IP is already allocated');
  });

  it('is made by services with cluster IPs alone', async () => {
    const before = addresses().length;
    await post('headless', { clusterIP: 'None' });
    await post('external', { type: 'ExternalName', externalName: 'x.example' });
    expect(addresses()).toHaveLength(before);
  });

  it('is made for the services of a data directory that has none, whose old records go', async () => {
    const store = createMemoryStore();
    const old = await startTestServer({ store, serviceCidr: '10.96.0.0/24' });
    const { json } = await old.ask('POST', SERVICES, { body: { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } } });
    const { clusterIP } = json.spec;
    await old.stop();
    const { items } = await store.list('/registry/ipaddresses/');
    for (const { key, revision } of items) await store.delete(key, revision);
    await store.create(`/registry/ranges/serviceips/${clusterIP}`, '{"owner":"default/a"}');
    const upgraded = await startTestServer({ store, serviceCidr: '10.96.0.0/24' });
    expect(upgraded.objects.get(ipAddresses, { namespace: '', name: clusterIP })?.spec.parentRef).toMatchObject({ namespace: 'default', name: 'a' });
    expect((await store.list('/registry/ranges/serviceips/')).items).toEqual([]);
    await upgraded.stop();
    await store.close();
  });
});

describe('a ServiceCIDR', () => {
  const CIDRS = '/apis/networking.k8s.io/v1/servicecidrs';

  it('is made of the range that the server is configured with, and is ready', async () => {
    const { json } = await server.ask('GET', `${CIDRS}/kubernetes`);
    expect([json.spec.cidrs, json.status.conditions]).toMatchObject([
      ['10.96.0.0/24'],
      [{ type: 'Ready', status: 'True', reason: '', message: 'Kubernetes default Service CIDR is ready' }],
    ]);
  });

  it('adds addresses once it is there, and gives no more when it terminates', async () => {
    const body = { metadata: { name: 'more', finalizers: ['networking.k8s.io/service-cidr-finalizer'] }, spec: { cidrs: ['203.0.113.0/24'] } };
    await server.ask('POST', CIDRS, { body });
    expect((await post('a', { clusterIP: '203.0.113.10' })).status).toBe(201);
    await server.ask('DELETE', `${CIDRS}/more`);
    expect((await post('b', { clusterIP: '203.0.113.11' })).json.message).toContain('the provided network does not match the current range');
  });

  it('is used when another is full', async () => {
    const small = await startTestServer({ serviceCidr: '10.96.0.0/30' });
    const create = (name: string) => small.ask('POST', SERVICES, { body: { metadata: { name }, spec: { ports: [{ port: 80 }] } } });
    expect((await create('a')).status).toBe(201);
    expect((await create('b')).json.message).toBe('Internal error occurred: failed to allocate a serviceIP: range is full');
    await small.ask('POST', CIDRS, { body: { metadata: { name: 'more' }, spec: { cidrs: ['10.97.0.0/30'] } } });
    const ips = [await create('b'), await create('c')].map(({ json }) => json.spec.clusterIP);
    expect(ips.sort()).toEqual(['10.97.0.1', '10.97.0.2']);
    await small.stop();
  });
});

describe('two servers on one store', () => {
  it('give each address once, and one that the other gave back', async () => {
    const store = createMemoryStore();
    const [one, two] = [
      await startTestServer({ store, shared: true, serviceCidr: '10.96.0.0/25' }),
      await startTestServer({ store, shared: true, serviceCidr: '10.96.0.0/25' }),
    ];
    const create = (at: TestServer, name: string, spec: object = {}) =>
      at.ask('POST', SERVICES, { body: { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } } });
    const answers = await Promise.all(Array.from({ length: 125 }, (_, i) => create(i % 2 ? one : two, `s${i}`)));
    expect(new Set(answers.map(({ json }) => json.spec.clusterIP)).size).toBe(125);
    expect((await create(one, 'more')).status).toBe(500);
    await one.ask('DELETE', `${SERVICES}/s0`);
    const clusterIP = answers[0]?.json.spec.clusterIP;
    await eventually(async () => (await create(two, 'again', { clusterIP })).status === 201);
    expect(one.objects.get(services, { namespace: 'default', name: 'again' }) ?? (await one.ask('GET', `${SERVICES}/again`)).json).toMatchObject({
      spec: { clusterIP },
    });
    for (const server of [one, two]) await server.stop();
    await store.close();
  });
});

describe('repair of ports', () => {
  it('makes records that are missing, and gives back in two rounds those that nobody uses', async () => {
    const { json } = await post('a', { type: 'NodePort' });
    const port = String(json.spec.ports[0].nodePort);
    const record = await server.store.get(`/registry/ranges/servicenodeports/${port}`);
    await server.store.delete(`/registry/ranges/servicenodeports/${port}`, record?.revision ?? 0);
    await server.store.create('/registry/ranges/servicenodeports/30099', '{"owner":"default/crashed"}');
    const options = { objects: server.objects, store: server.store, clock: systemClock, log: silentLogger, nodePorts: [30000, 30099] as const };
    const restarted = serviceAllocation(options);
    await restarted.repairPorts();
    expect(await portRecords()).toEqual(expect.arrayContaining([port, '30099']));
    await restarted.repairPorts();
    expect(await portRecords()).toEqual([port]);
  });

  it('leaves two servers on one store each their own', async () => {
    const space = portSpace(30000, 30125);
    const [one, two] = [
      createPortAllocator(server.store, '/registry/ranges/test', space),
      createPortAllocator(server.store, '/registry/ranges/test', space),
    ];
    const owner = { namespace: 'default', name: 'x' };
    const given = await Promise.all(Array.from({ length: 100 }, (_, i) => (i % 2 ? one : two).takeNext(owner)));
    expect(new Set(given).size).toBe(100);
  });
});

it('the service of the API server itself has the first address', () => {
  expect(server.objects.get(services, { namespace: 'default', name: 'kubernetes' })?.spec?.clusterIP).toBe('10.96.0.1');
});
