import type { Registry } from 'prom-client';
import { oncePer } from '../../../base/once-per.ts';
import { metricMakers } from '../../../runtime/observe/metric-makers.ts';

/** Counts a pod that was deleted, so many seconds after it was due. */
export type TaintDeletion = (seconds: number) => void;

/** Returns the metrics of the controller under upstream's names, made once per registry. */
export const taintDeletions: (registry: Registry) => TaintDeletion = oncePer((registry) => {
  const make = metricMakers(registry);
  const total = make.counter('taint_eviction_controller_pod_deletions_total', 'Pods that were deleted for taints of their nodes.');
  const latency = make.histogram(
    'taint_eviction_controller_pod_deletion_duration_seconds',
    'Seconds from the time at which a taint took effect to the deletion of a pod.',
    [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 30, 60, 120, 180, 240],
  );
  return (seconds) => {
    total.inc();
    latency.observe(seconds);
  };
});
