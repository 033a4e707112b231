import { expect, it } from '@jest/globals';
import { row } from '../../../definition/row.fixture.ts';
import { nodes } from './index.ts';

it('the table of nodes shows a cordoned control-plane node', () => {
  const node = {
    metadata: { labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' } },
    spec: { unschedulable: true },
    status: { conditions: [{ type: 'Ready', status: 'Unknown' }], addresses: [{ type: 'InternalIP', address: '10.0.0.5' }] },
  };
  const cells = {
    Status: 'NotReady,SchedulingDisabled',
    Roles: 'control-plane,worker',
    'Internal-IP': '10.0.0.5',
    'External-IP': '<none>',
    'OS-Image': '<unknown>',
  };
  expect(row(nodes, node)).toMatchObject(cells);
});
