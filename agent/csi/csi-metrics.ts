import { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import { DEFAULT_BUCKETS, metricMakers } from '../../runtime/observe/metric-makers.ts';
import { RuntimeError } from '../contract/runtime.ts';

/** kubelet's metrics of CSI drivers (pkg/volume/util/metrics.go, pkg/kubelet/server/metrics). */
export interface CsiMetrics {
  readonly registry: Registry;
  /** Measures a call of a driver. `method` is its full name: `/csi.v1.Node/NodePublishVolume`. */
  call<T>(driver: string, method: string, work: () => Promise<T>): Promise<T>;
  /** Measures how long it takes to learn how full a volume is. */
  measurement<T>(driver: string, work: () => Promise<T>): Promise<T>;
}

const CALL_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];

export function createCsiMetrics(clock: Clock): CsiMetrics {
  const registry = new Registry();
  const { histogram } = metricMakers(registry);
  const calls = histogram('csi_operations_seconds', 'How long calls of CSI drivers take.', CALL_BUCKETS, [
    'driver_name',
    'method_name',
    'grpc_status_code',
    'migrated',
  ]);
  const measurements = histogram('kubelet_volume_metric_collection_duration_seconds', 'How long it takes to measure a volume.', DEFAULT_BUCKETS, [
    'metric_source',
  ]);
  return {
    registry,
    async call(driver_name, method_name, work) {
      const start = clock.monotonic();
      const observe = (grpc_status_code: string) =>
        calls.observe({ driver_name, method_name, grpc_status_code, migrated: 'false' }, (clock.monotonic() - start) / 1000);
      try {
        const result = await work();
        observe('OK');
        return result;
      } catch (error) {
        observe(error instanceof RuntimeError ? error.code : 'unknown-non-grpc');
        throw error;
      }
    },
    async measurement(metric_source, work) {
      const start = clock.monotonic();
      return work().finally(() => measurements.observe({ metric_source }, (clock.monotonic() - start) / 1000));
    },
  };
}
