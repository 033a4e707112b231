import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { routeChanges, wantedRoutes } from './routes.ts';

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
