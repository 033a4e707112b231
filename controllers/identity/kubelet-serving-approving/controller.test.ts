import { beforeEach, describe, expect, it } from '@jest/globals';
import { certificateSigningRequests as requests } from '../../../api/kinds/certificates/index.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { nodeRequest } from '../certificates/requests.fixture.ts';
import { kubeletServingApprovingController } from './controller.ts';

const RESERVED = ['kubernetes', 'kubernetes.default.svc', 'box', '10.96.0.1', '192.0.2.1', '::1'];

describe('approval of requests for nodes’ serving certificates', () => {
  let env: StubEnv;
  beforeEach(async () => {
    env = createStubEnv(kubeletServingApprovingController({ requests, nodes, services }, RESERVED));
    const node = async (name: string, address: string, podCIDR: string) =>
      env.show(
        nodes,
        await env.client.create(nodes, {
          metadata: { name },
          spec: { podCIDRs: [podCIDR] },
          status: {
            addresses: [
              { type: 'InternalIP', address },
              { type: 'InternalIP', address: '2001:db8::2' },
              // A node may write anything into its status.
              { type: 'InternalIP', address: '10.96.0.1' },
              { type: 'InternalIP', address: '10.96.7.7' },
              { type: 'InternalIP', address: '10.244.2.9' },
              { type: 'InternalIP', address: '127.0.0.1' },
              { type: 'InternalIP', address: '192.0.2.1' },
              { type: 'Hostname', address: `${name}.example` },
              { type: 'Hostname', address: 'kubernetes.default.svc' },
            ].slice(0, name === 'n1' ? undefined : 1) as { type: string; address: string }[],
          },
        }),
      );
    await node('n1', '192.0.2.11', '10.244.1.0/24');
    await node('n2', '192.0.2.12', '10.244.2.0/24');
    const service = { metadata: { name: 's', namespace: 'default' }, spec: { clusterIPs: ['10.96.7.7'] } };
    env.show(services, await env.client.create(services, service));
  });

  async function ask(names: string[], ips: string[], more: { user?: string; groups?: string[]; node?: string } = {}): Promise<string> {
    const { user = 'system:node:n1', node = 'n1', groups = ['system:nodes', 'system:authenticated'] } = more;
    const request = await nodeRequest({ name: 'a', node, user, groups, serving: { names, ips } });
    env.show(requests, await env.client.create(requests, request));
    await env.reconcile('a', '');
    const { status } = await env.client.get(requests, { namespace: '', name: 'a' });
    return (status?.conditions ?? []).map(({ type, reason }) => `${type} ${reason}`).join();
  }

  it.each<[string[], string[], string]>([
    [['n1'], ['192.0.2.11'], 'Approved AutoApproved'],
    [['N1', 'n1.example'], ['2001:DB8:0::2'], 'Approved AutoApproved'],
    [['n2'], ['192.0.2.11'], 'NotAutoApproved NameOfOtherNode'],
    [['n1'], ['192.0.2.12'], 'NotAutoApproved NameOfOtherNode'],
    [['n1', 'other'], [], 'NotAutoApproved NameNotOwn'],
    [['n1'], ['192.0.2.99'], 'NotAutoApproved NameNotOwn'],
    [['kubernetes.default.svc'], [], 'NotAutoApproved NameOfCluster'],
    [['a.b.svc.cluster.local'], [], 'NotAutoApproved NameOfCluster'],
    [['box'], [], 'NotAutoApproved NameOfCluster'],
    [['localhost'], [], 'NotAutoApproved NameOfCluster'],
    [['n1'], ['10.96.0.1'], 'NotAutoApproved NameOfCluster'],
    [['n1'], ['192.0.2.1'], 'NotAutoApproved NameOfCluster'],
    [['n1'], ['10.96.7.7'], 'NotAutoApproved AddressNotOwn'],
    [['n1'], ['10.244.2.9'], 'NotAutoApproved AddressNotOwn'],
    [['n1'], ['127.0.0.1'], 'NotAutoApproved AddressNotOwn'],
    [['10.96.0.1'], [], 'NotAutoApproved NameOfCluster'],
  ])('for %j and %j: %s', async (names, ips, expected) => {
    expect(await ask(names, ips)).toBe(expected);
    expect(env.events).toHaveLength(expected.startsWith('Approved') ? 0 : 1);
  });

  it.each([
    ['another user', { user: 'system:node:n2' }],
    ['a user who has only the name of a node', { groups: ['system:authenticated'] }],
    ['an administrator', { user: 'kubernetes-admin', groups: ['system:masters'] }],
    ['a node that is not registered', { user: 'system:node:n9', node: 'n9' }],
  ])('of %s is left alone', async (_, more) => {
    expect(await ask(['n1'], ['192.0.2.11'], more)).toBe('');
  });

  it('is decided anew when the addresses of the node change', async () => {
    expect(await ask(['n1'], ['192.0.2.99'])).toBe('NotAutoApproved NameNotOwn');
    await env.catchUp(requests);
    env.enqueued();
    const node = await env.client.get(nodes, { namespace: '', name: 'n1' });
    env.show(nodes, {
      ...node,
      metadata: { ...node.metadata, resourceVersion: '999' },
      status: { addresses: [{ type: 'InternalIP', address: '192.0.2.99' }] },
    });
    expect(env.enqueued()).toEqual(['a']);
    await env.reconcile('a', '');
    const { status } = await env.client.get(requests, { namespace: '', name: 'a' });
    expect(status?.conditions?.map(({ type }) => type)).toContain('Approved');
  });
});
