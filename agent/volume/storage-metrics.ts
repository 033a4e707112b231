import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import { measured } from '../../runtime/observe/measured.ts';
import { metricMakers } from '../../runtime/observe/metric-makers.ts';

/** kubelet's names for the operations on volumes; those with `map` in them are on block devices. */
export type StorageOperation = 'volume_mount' | 'map_volume' | 'volume_unmount' | 'unmap_volume' | 'unmount_device' | 'unmap_device';

/** Measures operations on volumes (pkg/volume/util/metrics.go). */
export interface StorageMetrics {
  /** @param plugin the kind of the volume: `kubernetes.io/csi:DRIVER` */
  operation<T>(plugin: string, operation: StorageOperation, work: () => Promise<T>): Promise<T>;
}

/** For nodes that serve no metrics. */
export const noStorageMetrics: StorageMetrics = { operation: (_plugin, _operation, work) => work() };

/** The volumes of one kind: wanted by pods, and there. */
export interface VolumeCount {
  readonly wanted: number;
  readonly there: number;
}

const BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];

/** @param counts returns the volumes of pods by their kinds */
export function createStorageMetrics(registry: Registry, clock: Clock, counts: () => ReadonlyMap<string, VolumeCount>): StorageMetrics {
  const { histogram } = metricMakers(registry);
  const duration = histogram('storage_operation_duration_seconds', 'How long operations on volumes take.', BUCKETS, [
    'volume_plugin',
    'operation_name',
    'status',
    'migrated',
  ]);
  new Gauge({
    name: 'volume_manager_total_volumes',
    help: 'Volumes of the pods of the node, as they are wanted and as they are.',
    labelNames: ['plugin_name', 'state'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [plugin_name, { wanted, there }] of counts()) {
        this.set({ plugin_name, state: 'desired_state_of_world' }, wanted);
        if (there > 0) this.set({ plugin_name, state: 'actual_state_of_world' }, there);
      }
    },
  });
  return {
    operation: (volume_plugin, operation_name, work) =>
      measured(clock, work, (seconds, error) => {
        const status = error === undefined ? 'success' : 'fail-unknown';
        duration.observe({ volume_plugin, operation_name, status, migrated: 'false' }, seconds);
      }),
  };
}
