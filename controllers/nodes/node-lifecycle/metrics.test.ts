import { expect, it } from '@jest/globals';
import { leases } from '../../../api/kinds/coordination/lease.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { samplesOf } from '../../../runtime/observe/metric-samples.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { nodeLifecycleController } from './controller.ts';

it('the metrics tell the readiness of each zone, and count the nodes that pods are evicted from', async () => {
  const { client, clock, controller, registry, catchUp } = createStubEnv(nodeLifecycleController({ nodes, pods, leases }));
  const add = (name: string, ready: string, labels: Record<string, string> = {}) => {
    const node: Node = { metadata: { name, labels }, spec: {}, status: { conditions: [{ type: 'Ready', status: ready }] } };
    return client.create(nodes, node);
  };
  const zoned = { 'topology.kubernetes.io/region': 'north', 'topology.kubernetes.io/zone': 'one' };
  await add('a', 'True');
  await add('b', 'False');
  await add('c', 'True', zoned);
  await catchUp(nodes);
  const stop = new AbortController();
  const run = controller.run?.(stop.signal);
  await clock.settle();
  const figures = await samplesOf(registry, 'node_collector_');
  expect(figures).toEqual(
    expect.arrayContaining([
      'node_collector_zone_size{zone=""} 2',
      'node_collector_zone_health{zone=""} 50',
      'node_collector_unhealthy_nodes_in_zone{zone=""} 1',
      'node_collector_evictions_total{zone=""} 1',
      'node_collector_zone_health{zone="north:\0:one"} 100',
      'node_collector_evictions_total{zone="north:\0:one"} 0',
      'node_collector_update_node_health_duration_seconds_count 3',
      'node_collector_update_all_nodes_health_duration_seconds_count 1',
    ]),
  );
  await client.delete(nodes, { namespace: '', name: 'c' });
  await catchUp(nodes);
  await clock.advance(5000);
  expect(await samplesOf(registry, 'node_collector_zone_size')).toContain('node_collector_zone_size{zone="north:\0:one"} 0');
  stop.abort();
  await run;
});
