import { expect, it } from '@jest/globals';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import { planIngress } from './plan.ts';

const node = (name: string, ips: string[], ready = 'True', labels: Record<string, string> = {}) => ({
  metadata: { name, labels },
  status: {
    addresses: [...ips.map((address) => ({ type: 'InternalIP', address })), { type: 'Hostname', address: name }],
    conditions: [{ type: 'Ready', status: ready }],
  },
});
const nodes = [
  node('b', ['192.0.2.2', 'fd00::2']),
  node('a', ['192.0.2.1']),
  node('down', ['192.0.2.3'], 'Unknown'),
  node('kept-out', ['192.0.2.4'], 'True', { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }),
];

it.each<[string, Partial<NonNullable<Service['spec']>>, string[]]>([
  ['has the addresses of the ready nodes of its family', {}, ['192.0.2.1', '192.0.2.2']],
  ['of two families has both', { ipFamilies: ['IPv4', 'IPv6'] }, ['192.0.2.1', '192.0.2.2', 'fd00::2']],
  ['that keeps traffic local has the nodes with endpoints', { externalTrafficPolicy: 'Local' }, ['192.0.2.2']],
  ['of another class is not ours', { loadBalancerClass: 'example.com/lb' }, []],
  ['of another type has none', { type: 'NodePort' }, []],
])('a load balancer %s', (_, spec, expected) => {
  const service = { spec: { type: 'LoadBalancer', ...spec } };
  expect(planIngress(service, nodes, new Set(['b'])).map(({ ip }) => ip)).toEqual(expected);
});

it('a service that is being deleted has no address', () => {
  expect(planIngress({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, spec: { type: 'LoadBalancer' } }, nodes, new Set())).toEqual([]);
});
