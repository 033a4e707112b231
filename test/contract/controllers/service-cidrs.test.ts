import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { events } from '../../../api/kinds/core/event.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { ipAddresses } from '../../../api/kinds/networking/ip-address.ts';
import { serviceCidrs } from '../../../api/kinds/networking/service-cidr.ts';
import { addressObject } from '../../../apiserver/allocation/address-object.ts';
import type { TestServer } from '../../../apiserver/test-server.fixture.ts';
import { startTestServer } from '../../../apiserver/test-server.fixture.ts';
import type { FakeClock } from '../../../base/fake-clock.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { serviceCidrController } from '../../../controllers/network/service-cidr/controller.ts';
import { createManager } from '../../../runtime/control/manager.ts';

let server: TestServer;
let clock: FakeClock;
let end: () => Promise<void>;

beforeEach(async () => {
  clock = createFakeClock();
  server = await startTestServer({ clock, serviceCidr: '10.96.0.0/24' });
  const abort = new AbortController();
  const controllers = [serviceCidrController({ serviceCidrs, ipAddresses })];
  const manager = createManager({ client: server.client, clock, log: silentLogger, registry: new Registry(), controllers });
  const running = manager.run(abort.signal);
  await manager.ready;
  end = async () => {
    abort.abort();
    const ended = Promise.all([running, server.stop()]);
    await clock.advance(1);
    await ended;
  };
});
afterEach(() => end());

/** Lets time pass until `check` holds. */
async function until(what: string, check: () => unknown): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!check()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const cidr = (name: string) => server.objects.get(serviceCidrs, { namespace: '', name });
const address = (name: string) => server.objects.get(ipAddresses, { namespace: '', name });
const readyOf = (name: string) => cidr(name)?.status?.conditions?.[0];
const createService = (name: string, clusterIP?: string) =>
  server.client.create(services, { metadata: { name, namespace: 'default' }, spec: { ports: [{ port: 80 }], ...(clusterIP ? { clusterIP } : {}) } });
const messages = () => server.objects.list(events).map(({ message }) => message);

describe('a ServiceCIDR', () => {
  it('is made ready, and goes only when no service has an address of it', async () => {
    await until('the default one is ready', () => readyOf('kubernetes')?.message === 'Kubernetes Service CIDR is ready');
    expect(cidr('kubernetes')?.metadata.finalizers).toEqual(['networking.k8s.io/service-cidr-finalizer']);
    await server.client.create(serviceCidrs, { metadata: { name: 'more' }, spec: { cidrs: ['203.0.113.0/24'] } });
    await until('it is ready', () => readyOf('more')?.status === 'True');
    await createService('a', '203.0.113.10');
    await server.client.delete(serviceCidrs, { namespace: '', name: 'more' });
    await until('it is blocked', () => readyOf('more')?.status === 'False');
    expect(readyOf('more')).toMatchObject({ reason: 'Terminating' });
    await clock.advance(20_000);
    expect(cidr('more')).toBeDefined();
    await server.client.delete(services, { namespace: 'default', name: 'a' });
    await until('it is gone', () => !cidr('more'));
  });

  it('that the server is configured with comes back', async () => {
    await until('it has its finalizer', () => cidr('kubernetes')?.metadata.finalizers);
    const { uid } = cidr('kubernetes')!.metadata;
    for (const { metadata } of server.objects.list(services)) {
      await server.client.delete(services, { namespace: metadata.namespace ?? '', name: metadata.name });
    }
    await server.client.delete(serviceCidrs, { namespace: '', name: 'kubernetes' });
    await until('there is another', () => cidr('kubernetes') && cidr('kubernetes')?.metadata.uid !== uid);
  });
});

describe('an IPAddress', () => {
  it('that its service lost comes back, and one without a service goes', async () => {
    const { spec } = await createService('a');
    const ip = spec?.clusterIP ?? '';
    await server.client.create(ipAddresses, addressObject('10.96.0.200', { namespace: 'default', name: 'none' }, clock.now()));
    await server.client.delete(ipAddresses, { namespace: '', name: ip });
    await until('the leaked one is gone and the lost one is back', () => !address('10.96.0.200') && address(ip));
    await until('there are events', () => messages().length >= 2);
    expect(messages().sort()).toEqual([
      `Cluster IP [IPv4]: ${ip} is not allocated; repairing`,
      'IPAddress: 10.96.0.200 for Service default/none appears to have leaked: cleaning up',
    ]);
  });
});
