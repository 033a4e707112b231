import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import { oncePer } from '../../../base/once-per.ts';
import { metricMakers } from '../../../runtime/observe/metric-makers.ts';

export interface SliceMetrics {
  changed(operation: 'create' | 'update' | 'delete'): void;
  synced(result: 'success' | 'stale' | 'error'): void;
}

/**
 * Returns the metrics of a controller of EndpointSlices under upstream's names, made once per registry.
 * @param count returns the number of its slices
 */
export function sliceMetrics(registry: Registry, count: () => number): SliceMetrics {
  const { counts, metrics } = shared(registry);
  counts.push(count);
  return metrics;
}

const shared = oncePer((registry: Registry) => {
  const make = metricMakers(registry);
  const changes = make.counter('endpoint_slice_controller_changes', 'Changes of EndpointSlices.', ['operation']);
  const syncs = make.counter('endpoint_slice_controller_syncs', 'Looks at services, by outcome.', ['result']);
  const counts: (() => number)[] = [];
  new Gauge({
    registers: [registry],
    name: 'endpoint_slice_controller_num_endpoint_slices',
    help: 'EndpointSlices that the controller keeps.',
    collect() {
      this.set(counts.reduce((sum, count) => sum + count(), 0));
    },
  });
  const metrics: SliceMetrics = {
    changed: (operation) => changes.inc({ operation }),
    synced: (result) => syncs.inc({ result }),
  };
  return { counts, metrics };
});
