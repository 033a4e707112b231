import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { createImageMetrics } from './image-metrics.ts';

describe('the metrics of images', () => {
  it("have kubelet's names and labels, and count records when they are read", async () => {
    const registry = new Registry();
    const counts = { intents: 1, records: 2 };
    const metrics = createImageMetrics(registry, { counts: async () => counts });
    metrics.ensured('IfNotPresent', true, false);
    metrics.ensured('Always', undefined, true);
    metrics.checked('credentialRecordFound');
    counts.records = 3;
    expect((await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      'kubelet_image_manager_ensure_image_requests_total{pull_policy="ifnotpresent",present_locally="true",pull_required="false"} 1',
      'kubelet_image_manager_ensure_image_requests_total{pull_policy="always",present_locally="unknown",pull_required="true"} 1',
      'kubelet_imagemanager_image_mustpull_checks_total{result="credentialRecordFound"} 1',
      'kubelet_imagemanager_ondisk_pullintents 1',
      'kubelet_imagemanager_ondisk_pulledrecords 3',
    ]);
  });
});
