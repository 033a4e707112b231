import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import { oncePer } from '../../../base/once-per.ts';

export interface DeviceEvictionMetrics {
  /** Counts a pod that was deleted, so many seconds after it was due. */
  deleted(seconds: number): void;
}

/** Returns the metrics of the controller under upstream's names, made once per registry. */
export const deviceEvictionMetrics: (registry: Registry) => DeviceEvictionMetrics = oncePer((registry) => {
  const registers = [registry];
  const deletions = new Counter({
    registers,
    name: 'device_taint_eviction_controller_pod_deletions_total',
    help: 'Pods that were deleted for taints of their devices.',
  });
  const latency = new Histogram({
    registers,
    name: 'device_taint_eviction_controller_pod_deletion_duration_seconds',
    help: 'Seconds from the time at which a taint took effect to the deletion of a pod.',
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 30, 60, 120, 180, 240],
  });
  return {
    deleted(seconds) {
      deletions.inc();
      latency.observe(seconds);
    },
  };
});
