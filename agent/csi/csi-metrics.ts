import { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import { measured } from '../../runtime/observe/measured.ts';
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
    call: (driver_name, method_name, work) =>
      measured(clock, work, (seconds, error) =>
        calls.observe({ driver_name, method_name, grpc_status_code: codeOf(error), migrated: 'false' }, seconds),
      ),
    measurement: (metric_source, work) => measured(clock, work, (seconds) => measurements.observe({ metric_source }, seconds)),
  };
}

const codeOf = (error: unknown): string => (error === undefined ? 'OK' : error instanceof RuntimeError ? error.code : 'unknown-non-grpc');
