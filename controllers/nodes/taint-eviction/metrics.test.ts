import { expect, it } from '@jest/globals';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { samplesOf } from '../../../runtime/observe/metric-samples.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { taintEvictionController } from './controller.ts';

it('the metrics count the pods that were deleted, and how long after they were due', async () => {
  const stub = createStubEnv(taintEvictionController({ nodes, pods }));
  await stub.client.create(nodes, { metadata: { name: 'a' }, spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } });
  const tolerations = [{ key: 'k', operator: 'Exists', tolerationSeconds: 10 }];
  await stub.client.create(pods, { metadata: { name: 'p', namespace: 'default' }, spec: { nodeName: 'a', containers: [], tolerations } });
  for (const kind of [nodes, pods]) await stub.catchUp(kind);
  await stub.reconcile('p');
  const total = 'taint_eviction_controller_pod_deletions_total';
  expect(await samplesOf(stub.registry, total)).toEqual([`${total} 0`]);
  await stub.clock.advance(12_000);
  await stub.reconcile('p');
  expect(await samplesOf(stub.registry, 'taint_eviction_controller')).toEqual([
    `${total} 1`,
    'taint_eviction_controller_pod_deletion_duration_seconds_sum 2',
    'taint_eviction_controller_pod_deletion_duration_seconds_count 1',
  ]);
});
