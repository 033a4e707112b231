import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { FakeClock } from '../../../base/fake-clock.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import type { MemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { createInformers } from '../../../runtime/watch/informer-set.ts';
import { createProxy } from './proxy.ts';
import { informerSource } from './source.ts';

describe('the proxy', () => {
  let clock: FakeClock;
  let client: MemoryClient;
  let abort: AbortController;
  let running: Promise<void>;
  let applied: string[];
  let exists: boolean;
  let refuse: number;

  beforeEach(async () => {
    clock = createFakeClock();
    client = createMemoryClient(clock);
    abort = new AbortController();
    applied = [];
    exists = true;
    refuse = 0;
    const informers = createInformers({ client, clock, log: silentLogger, signal: abort.signal });
    await createService('first', '10.96.0.1');
    const source = informerSource(
      { services: informers.of(services), endpointSlices: informers.of(endpointSlices), nodes: informers.of(nodes), pods: informers.of(pods) },
      'here',
    );
    const kernel = {
      apply: async (transaction: string) => {
        if (refuse > 0) {
          refuse--;
          throw new Error('refused');
        }
        applied.push(transaction);
      },
      exists: async () => exists,
      deleteFlows: async () => true,
    };
    const proxy = createProxy({ source, nodeName: 'here', log: silentLogger, clock, kernel });
    running = proxy.run(abort.signal);
    while (applied.length === 0) await clock.advance(10);
  });
  afterEach(async () => {
    abort.abort();
    await clock.settle();
    await running;
  });

  const createService = (name: string, clusterIP: string) =>
    client.create(services, {
      metadata: { namespace: 'default', name },
      spec: { clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80, protocol: 'TCP' }] },
    });
  const createSlice = (service: string, ip: string) =>
    client.create(endpointSlices, {
      metadata: { namespace: 'default', name: `${service}-1`, labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
      endpoints: [{ addresses: [ip], nodeName: 'here' }],
    });

  it('replaces the table whole at the start, with all that is there', () => {
    expect(applied).toHaveLength(1);
    expect(applied[0]).toMatch(/^add table ip skiff\ndelete table ip skiff\ntable ip skiff \{/);
    expect(applied[0]).toContain('add element ip skiff rejected { 10.96.0.1 . tcp . 80 }');
  });

  it('then sends what changed, and nothing for a change that changes nothing', async () => {
    await clock.advance(100);
    await createSlice('first', '10.244.0.5');
    await clock.settle();
    expect(applied).toHaveLength(2);
    expect(applied[1]).not.toContain('delete table');
    expect(applied[1]).toContain('delete element ip skiff rejected { 10.96.0.1 . tcp . 80 }');
    expect(applied[1]).toContain('add element ip skiff vip_tcp_backends { 10.96.0.1 . 80 . 0 : 10.244.0.5 . 8080 }');
    await client.patch(services, { namespace: 'default', name: 'first' }, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } });
    await clock.advance(200);
    expect(applied).toHaveLength(2);
  });

  it('gathers a burst into one transaction every 50 ms', async () => {
    await clock.advance(100);
    await createService('a', '10.96.0.2');
    await clock.settle();
    expect(applied).toHaveLength(2);
    for (let at = 3; at < 30; at++) await createService(`s${at}`, `10.96.0.${at}`);
    await clock.settle();
    expect(applied).toHaveLength(2);
    await clock.advance(60);
    expect(applied).toHaveLength(3);
    expect(applied[2]).toContain('10.96.0.29');
  });

  it('takes a service away that is deleted', async () => {
    await clock.advance(100);
    await client.delete(services, { namespace: 'default', name: 'first' });
    await clock.settle();
    expect(applied[1]).toContain('delete element ip skiff cluster_ips { 10.96.0.1 }');
  });

  it('replaces the table whole after a refused transaction', async () => {
    await clock.advance(100);
    refuse = 1;
    await createService('a', '10.96.0.2');
    await clock.advance(1000);
    expect(applied).toHaveLength(2);
    expect(applied[1]).toMatch(/^add table ip skiff\ndelete table/);
    expect(applied[1]).toContain('10.96.0.1 . tcp . 80');
    expect(applied[1]).toContain('10.96.0.2 . tcp . 80');
  });

  it('puts the table back when somebody flushed it', async () => {
    exists = false;
    await clock.advance(31_000);
    expect(applied.length).toBeGreaterThan(1);
    expect(applied[1]).toMatch(/^add table ip skiff\ndelete table/);
  });

  it('knows pod networks from the nodes', async () => {
    await clock.advance(100);
    await client.create(nodes, { metadata: { name: 'here' }, spec: { podCIDR: '10.244.0.0/24' } });
    await client.create(nodes, { metadata: { name: 'there' }, spec: { podCIDR: '10.244.1.0/24' } });
    await clock.advance(100);
    const all = applied.slice(1).join('');
    expect(all).toContain('add element ip skiff local_pods { 10.244.0.0/24 }');
    expect(all).toMatch(/pod_networks \{[^}]*10\.244\.1\.0\/24/);
  });
});
