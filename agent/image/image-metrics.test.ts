import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { samplesOf } from '../../runtime/observe/metric-samples.fixture.ts';
import { createImageMetrics } from './image-metrics.ts';

describe('the metrics of images', () => {
  it("have kubelet's names and labels, and count records when they are read", async () => {
    const registry = new Registry();
    const counts = { intents: 1, records: 2 };
    const metrics = createImageMetrics(registry, { counts: async () => counts });
    metrics.ensured('IfNotPresent', true, false);
    metrics.ensured('Always', undefined, true);
    metrics.checked('credentialRecordFound');
    for (const [bytes, seconds] of [
      [0, 2],
      [10 * 2 ** 20, 1],
      [10 * 2 ** 20 + 1, 4],
      [101 * 2 ** 30, 300],
    ] as const) {
      metrics.pulled(bytes, seconds);
    }
    counts.records = 3;
    expect((await samplesOf(registry, 'kubelet_image')).filter((line) => !line.includes('_count{'))).toEqual([
      'kubelet_image_manager_ensure_image_requests_total{pull_policy="ifnotpresent",present_locally="true",pull_required="false"} 1',
      'kubelet_image_manager_ensure_image_requests_total{pull_policy="always",present_locally="unknown",pull_required="true"} 1',
      'kubelet_imagemanager_image_mustpull_checks_total{result="credentialRecordFound"} 1',
      'kubelet_image_pull_duration_seconds_sum{image_size_in_bytes="N/A"} 2',
      'kubelet_image_pull_duration_seconds_sum{image_size_in_bytes="0-10MB"} 1',
      'kubelet_image_pull_duration_seconds_sum{image_size_in_bytes="10MB-100MB"} 4',
      'kubelet_image_pull_duration_seconds_sum{image_size_in_bytes="GT100GB"} 300',
      'kubelet_imagemanager_ondisk_pullintents 1',
      'kubelet_imagemanager_ondisk_pulledrecords 3',
    ]);
  });
});
