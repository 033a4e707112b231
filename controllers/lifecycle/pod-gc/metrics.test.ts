import { expect, it } from '@jest/globals';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { samplesOf } from '../../../runtime/observe/metric-samples.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { podGcController } from './controller.ts';

it('the metrics count the pods that are deleted by force, and those that could not be', async () => {
  const stub = createStubEnv(podGcController({ nodes, pods }, { terminatedThreshold: 1 }));
  const end = (name: string) =>
    stub.client.create(pods, { metadata: { name, namespace: 'default' }, spec: { containers: [] }, status: { phase: 'Succeeded' } });
  for (const name of ['a', 'b', 'c']) await end(name);
  await stub.catchUp(pods);
  stub.client.failNext('delete pods default/a', new Error('the server is away'));
  const stop = new AbortController();
  const run = stub.controller.run?.(stop.signal);
  await stub.clock.settle();
  const labels = '{namespace="default",reason="terminated"}';
  expect(await samplesOf(stub.registry, 'pod_gc_collector')).toEqual([
    `pod_gc_collector_force_delete_pods_total${labels} 1`,
    `pod_gc_collector_force_delete_pod_errors_total${labels} 1`,
  ]);
  await stub.clock.advance(20_000);
  expect(await samplesOf(stub.registry, 'pod_gc_collector_force_delete_pods_total')).toEqual([`pod_gc_collector_force_delete_pods_total${labels} 3`]);
  stop.abort();
  await run;
});
