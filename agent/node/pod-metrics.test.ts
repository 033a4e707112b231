import { expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { createPodMetrics } from './pod-metrics.ts';

it('the latency of starts leaves out pulls, init containers and pods with state of their own', async () => {
  const registry = new Registry();
  const { podStarted } = createPodMetrics(registry);
  const start = { seconds: 10, excludedSeconds: 4, isStateful: false, isOnHostNetwork: false };
  podStarted({ ...start, isStateful: true });
  podStarted({ ...start, isOnHostNetwork: true });
  podStarted({ ...start, seconds: 7 });
  podStarted(start);
  expect(await samplesOf(registry, 'kubelet_pod_start_total')).toEqual([
    'kubelet_pod_start_total_duration_seconds_sum 37',
    'kubelet_pod_start_total_duration_seconds_count 4',
  ]);
  expect(await samplesOf(registry, 'kubelet_pod_start_sli')).toEqual([
    'kubelet_pod_start_sli_duration_seconds_sum 15',
    'kubelet_pod_start_sli_duration_seconds_count 3',
  ]);
  expect(await samplesOf(registry, 'kubelet_first')).toEqual(['kubelet_first_network_pod_start_sli_duration_seconds 3']);
});
