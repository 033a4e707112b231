import type { Registry } from 'prom-client';
import { oncePer } from '../../../base/once-per.ts';
import { metricMakers } from '../../../runtime/observe/metric-makers.ts';

/** Upstream's words for why a pod is deleted by force. */
export type ForcedReason = 'terminated' | 'out-of-service' | 'orphaned' | 'unscheduled';

/** Counts the forced deletion of a pod, which may fail. Rejects as `work` does. */
export type CountForced = (namespace: string, reason: ForcedReason, work: Promise<unknown>) => Promise<void>;

/** Returns the metrics of the pod garbage collector under upstream's names, made once per registry. */
export const forcedDeletions: (registry: Registry) => CountForced = oncePer((registry) => {
  const make = metricMakers(registry);
  const labels = ['namespace', 'reason'] as const;
  const total = make.counter('pod_gc_collector_force_delete_pods_total', 'Pods that were to be deleted by force.', labels);
  const errors = make.counter('pod_gc_collector_force_delete_pod_errors_total', 'Pods that could not be deleted by force.', labels);
  return async (namespace, reason, work) => {
    total.inc({ namespace, reason });
    try {
      await work;
    } catch (error) {
      errors.inc({ namespace, reason });
      throw error;
    }
  };
});
