import { beforeEach, describe, expect, it } from '@jest/globals';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { errors } from '../../../api/meta/status-error.ts';
import { samplesOf } from '../../../runtime/observe/metric-samples.fixture.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { nodeIpamController } from './controller.ts';

let stub: StubEnv;
beforeEach(() => {
  stub = createStubEnv(nodeIpamController({ nodes }, { clusterCidr: '10.244.0.0/22' }));
});
const add = async (name: string, podCIDR?: string) => {
  const node = await stub.client.create(nodes, { metadata: { name }, ...(podCIDR ? { spec: { podCIDR, podCIDRs: [podCIDR] } } : {}) });
  stub.show(nodes, node);
  return node;
};
const blockOf = async (name: string) => (await stub.client.get(nodes, { namespace: '', name })).spec?.podCIDR;

describe('a block of pod addresses', () => {
  it('is given once, though the cache does not show it yet', async () => {
    for (const name of ['a', 'b']) await add(name);
    for (const name of ['a', 'b']) await stub.reconcile(name, '');
    expect([await blockOf('a'), await blockOf('b')]).toEqual(['10.244.0.0/24', '10.244.1.0/24']);
  });

  it('that a node has since before is not given again', async () => {
    await add('old', '10.244.2.0/24');
    for (const name of ['a', 'b', 'c']) await add(name);
    for (const name of ['a', 'b', 'c']) await stub.reconcile(name, '');
    expect([await blockOf('a'), await blockOf('b'), await blockOf('c')]).toEqual(['10.244.3.0/24', '10.244.0.0/24', '10.244.1.0/24']);
  });

  it('stays the node’s after a lost race', async () => {
    await add('a');
    stub.client.failNext('patch nodes a', errors.conflict(nodes, 'a', 'changed'));
    await expect(stub.reconcile('a', '')).rejects.toThrow('changed');
    await stub.reconcile('a', '');
    expect(await blockOf('a')).toBe('10.244.0.0/24');
  });

  it('is missing when all are given, and comes free with a node that goes', async () => {
    for (const i of [0, 1, 2, 3]) await add(`n${i}`, `10.244.${i}.0/24`);
    await add('late');
    await expect(stub.reconcile('late', '')).rejects.toThrow('no pod CIDR is left for node late');
    expect(stub.events).toEqual(['CIDRNotAvailable: Node late status is now: CIDRNotAvailable']);
    stub.enqueued();
    stub.hide(nodes, await stub.client.get(nodes, { namespace: '', name: 'n1' }));
    expect(stub.enqueued()).toEqual(['late']);
    await stub.reconcile('late', '');
    expect(await blockOf('late')).toBe('10.244.1.0/24');
    const metric = (name: string, value: number) => `node_ipam_controller_${name}{clusterCIDR="10.244.0.0/22"} ${value}`;
    expect((await samplesOf(stub.registry, 'node_ipam_controller')).sort()).toEqual([
      metric('cidrset_cidrs_allocations_total', 1),
      metric('cidrset_cidrs_releases_total', 1),
      metric('cidrset_usage_cidrs', 1),
      metric('cirdset_max_cidrs', 4),
    ]);
  });
});
