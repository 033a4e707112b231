import { describe, expect, it } from '@jest/globals';
import { row } from '../../../definition/row.fixture.ts';
import { services } from './index.ts';
import type { Service } from './schema.ts';

describe('the table of services', () => {
  it.each<[Service, Record<string, unknown>]>([
    [
      { spec: { type: 'ClusterIP', clusterIPs: ['10.96.0.9'], ports: [{ port: 80, protocol: 'TCP' }] } },
      { 'Cluster-IP': '10.96.0.9', 'External-IP': '<none>', 'Port(s)': '80/TCP', Selector: '<none>' },
    ],
    [
      {
        spec: {
          type: 'NodePort',
          clusterIPs: ['10.96.0.9'],
          ports: [
            { port: 80, nodePort: 30080, protocol: 'TCP' },
            { port: 53, nodePort: 30053, protocol: 'UDP' },
          ],
        },
      },
      { 'Port(s)': '80:30080/TCP,53:30053/UDP' },
    ],
    [{ spec: { type: 'LoadBalancer' } }, { 'External-IP': '<pending>', 'Port(s)': '<none>' }],
    [
      { spec: { type: 'LoadBalancer', externalIPs: ['1.2.3.4'] }, status: { loadBalancer: { ingress: [{ ip: '5.6.7.8' }] } } },
      { 'External-IP': '5.6.7.8,1.2.3.4' },
    ],
    [{ spec: { type: 'ExternalName', externalName: 'a.example' } }, { 'Cluster-IP': '<none>', 'External-IP': 'a.example' }],
    [{ spec: { type: 'ClusterIP', clusterIPs: ['None'], selector: { b: '2', a: '1' } } }, { 'Cluster-IP': 'None', Selector: 'a=1,b=2' }],
  ])('shows %j', (service, cells) => expect(row(services, service)).toMatchObject(cells));
});
