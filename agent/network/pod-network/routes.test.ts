import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { createStubInformers } from '../../../runtime/watch/informers.fixture.ts';
import type { RouteTable } from './routes.ts';
import { keepRoutes, routeChanges, wantedRoutes } from './routes.ts';

const node = (name: string, address: string, podCIDR?: string): Live<Node> => ({
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] },
  status: {
    addresses: [
      { type: 'Hostname', address: name },
      { type: 'InternalIP', address },
    ],
  },
});

describe('routes to pods of other nodes', () => {
  it('go by the other nodes’ internal addresses', () => {
    const nodes = [node('a', '10.0.0.1', '10.244.0.0/24'), node('b', '10.0.0.2', '10.244.1.0/24'), node('c', '10.0.0.3')];
    expect(wantedRoutes(nodes, 'a')).toEqual(new Map([['10.244.1.0/24', '10.0.0.2']]));
  });

  it('do not exist for nodes at our own address, or at a loopback address', () => {
    const nodes = [node('a', '10.0.0.1', '10.244.0.0/24'), node('b', '10.0.0.1', '10.244.1.0/24'), node('c', '127.0.0.1', '10.244.2.0/24')];
    expect(wantedRoutes(nodes, 'a')).toEqual(new Map());
  });

  it('are not decided before our own address is known: a node at that address would get one', () => {
    const unregistered = { ...node('a', '10.0.0.1', '10.244.0.0/24'), status: {} };
    const nodes = [unregistered, node('b', '10.0.0.1', '10.244.1.0/24')];
    expect(wantedRoutes(nodes, 'a')).toBeUndefined();
    expect(wantedRoutes(nodes.slice(1), 'a')).toBeUndefined();
  });

  it('change only where they differ, and take no place of another program’s', () => {
    const current = new Map([
      ['10.244.1.0/24', '10.0.0.2'],
      ['10.244.2.0/24', '10.0.0.3'],
      ['10.244.3.0/24', '10.0.0.4'],
    ]);
    const wanted = new Map([
      ['10.244.1.0/24', '10.0.0.2'],
      ['10.244.2.0/24', '10.0.0.9'],
      ['10.244.4.0/24', '10.0.0.5'],
    ]);
    expect(routeChanges(current, wanted)).toEqual([
      'route del 10.244.3.0/24 via 10.0.0.4 proto 115',
      'route replace 10.244.2.0/24 via 10.0.0.9 proto 115',
      'route add 10.244.4.0/24 via 10.0.0.5 proto 115',
    ]);
    expect(routeChanges(current, current)).toEqual([]);
  });
});

/** A kernel's routes that can be lost, and that refuse gateways. */
function createTable(): RouteTable & { readonly routes: Map<string, string>; readonly unreachable: Set<string> } {
  const routes = new Map<string, string>();
  const unreachable = new Set<string>();
  return {
    routes,
    unreachable,
    list: async () => new Map(routes),
    async change(lines) {
      let objection: string | undefined;
      for (const line of lines) {
        const [, verb, cidr = '', , via = ''] = line.split(' ');
        if (verb === 'del') routes.delete(cidr);
        else if (unreachable.has(via)) objection = 'Error: Nexthop has invalid gateway.';
        else if (verb === 'add' && routes.has(cidr)) objection = 'RTNETLINK answers: File exists';
        else routes.set(cidr, via);
      }
      return objection;
    },
  };
}

describe('the keeper of routes', () => {
  const start = async () => {
    const clock = createFakeClock();
    const informers = createStubInformers();
    const table = createTable();
    const abort = new AbortController();
    informers.show(nodes, node('a', '10.0.0.1', '10.244.0.0/24'));
    informers.show(nodes, node('b', '10.0.0.2', '10.244.1.0/24'));
    const running = keepRoutes({ nodes: informers.of(nodes), nodeName: 'a', log: silentLogger, clock, table }, abort.signal);
    await clock.settle();
    const end = async () => {
      abort.abort();
      await running;
      expect(clock.pending()).toBe(0);
    };
    return { clock, informers, table, end };
  };

  it('puts back routes that a link took along when it went down', async () => {
    const { clock, table, end } = await start();
    expect(table.routes).toEqual(new Map([['10.244.1.0/24', '10.0.0.2']]));
    table.routes.clear();
    await clock.advance(30_000);
    expect(table.routes).toEqual(new Map([['10.244.1.0/24', '10.0.0.2']]));
    await end();
    expect(table.routes.size).toBe(1);
  });

  it('tries again what the kernel refused, also if another node comes meanwhile', async () => {
    const { clock, informers, table, end } = await start();
    table.unreachable.add('10.0.0.3');
    informers.show(nodes, node('c', '10.0.0.3', '10.244.2.0/24'));
    await clock.settle();
    informers.show(nodes, node('d', '10.0.0.4', '10.244.3.0/24'));
    await clock.settle();
    expect([...table.routes.keys()].sort()).toEqual(['10.244.1.0/24', '10.244.3.0/24']);
    table.unreachable.clear();
    await clock.advance(10_000);
    expect([...table.routes.keys()].sort()).toEqual(['10.244.1.0/24', '10.244.2.0/24', '10.244.3.0/24']);
    await end();
  });

  it('asks the kernel nothing on a machine alone', async () => {
    const { clock, informers, table, end } = await start();
    informers.hide(nodes, node('b', '10.0.0.2', '10.244.1.0/24'));
    await clock.settle();
    expect(table.routes.size).toBe(0);
    expect(clock.pending()).toBe(0);
    await end();
  });
});
