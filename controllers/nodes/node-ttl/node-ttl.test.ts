import { describe, expect, it } from '@jest/globals';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { nodeTtlController } from './controller.ts';
import { nextBand, secondsOf } from './plan.ts';

describe('how long a node may keep what it read', () => {
  it.each([
    [0, 100, 0],
    [0, 101, 15],
    [1, 90, 15],
    [1, 89, 0],
    [0, 5000, 300],
    [4, 1800, 300],
    [4, 3, 0],
  ])('coming from band %i is decided for %i nodes as %i s', (band, count, seconds) => {
    expect(secondsOf(nextBand(band, count))).toBe(seconds);
  });

  it('stands in an annotation of the node', async () => {
    const stub = createStubEnv(nodeTtlController({ nodes }));
    stub.show(nodes, await stub.client.create(nodes, { metadata: { name: 'a' } }));
    expect(stub.enqueued()).toEqual(['a']);
    await stub.reconcile('a', '');
    expect((await stub.client.get(nodes, { namespace: '', name: 'a' })).metadata.annotations).toEqual({ 'node.alpha.kubernetes.io/ttl': '0' });
  });
});
