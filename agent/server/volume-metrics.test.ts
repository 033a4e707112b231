import { expect, it } from '@jest/globals';
import type { VolumeStats } from '../contract/volume-stats.ts';
import { volumeMetrics } from './volume-metrics.ts';

const volume = (more: Partial<VolumeStats> = {}): VolumeStats => ({
  podUid: 'u1',
  name: 'data',
  claim: { namespace: 'ns', name: 'c' },
  time: 0,
  bytes: { total: 100, used: 30, available: 70 },
  inodes: undefined,
  abnormal: undefined,
  ...more,
});
const samples = async (volumes: readonly VolumeStats[]) =>
  (await volumeMetrics(volumes).metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

it('the volumes of claims are shown under the names of kubelet', async () => {
  expect(await samples([volume({ abnormal: true })])).toEqual([
    'kubelet_volume_stats_capacity_bytes{namespace="ns",persistentvolumeclaim="c"} 100',
    'kubelet_volume_stats_available_bytes{namespace="ns",persistentvolumeclaim="c"} 70',
    'kubelet_volume_stats_used_bytes{namespace="ns",persistentvolumeclaim="c"} 30',
    'kubelet_volume_stats_health_status_abnormal{namespace="ns",persistentvolumeclaim="c"} 1',
  ]);
});

it('a volume of two pods is shown once, and one without a claim not at all', async () => {
  expect(await samples([volume(), volume({ podUid: 'u2' }), volume({ claim: undefined, bytes: { total: 1, used: 1, available: 0 } })])).toHaveLength(
    3,
  );
});
