import type { Registry } from 'prom-client';
import { oncePer } from '../../../base/once-per.ts';
import { exponentialBuckets, metricMakers } from '../../../runtime/observe/metric-makers.ts';

export interface NodeCollectorMetrics {
  /** The readiness of a zone's nodes after a look at all of them. */
  zone(zone: string, figures: { readonly size: number; readonly unhealthy: number }): void;
  /** A node of the zone was tainted, so that its pods are evicted. */
  evicted(zone: string): void;
  /** `seconds` that a look at one node took. */
  examined(seconds: number): void;
  /** `seconds` that a look at all nodes took. */
  examinedAll(seconds: number): void;
}

/** Returns the metrics of the node lifecycle controller under upstream's names, made once per registry. A zone is `region:\0:zone`, or empty. */
export const nodeCollectorMetrics: (registry: Registry) => NodeCollectorMetrics = oncePer((registry) => {
  const make = metricMakers(registry);
  const health = make.gauge('node_collector_zone_health', 'The percentage of a zone’s nodes that are ready.', ['zone']);
  const size = make.gauge('node_collector_zone_size', 'Nodes of a zone.', ['zone']);
  const unhealthy = make.gauge('node_collector_unhealthy_nodes_in_zone', 'Nodes of a zone that are not ready.', ['zone']);
  const evictions = make.counter('node_collector_evictions_total', 'Nodes that were tainted so that their pods are evicted.', ['zone']);
  const one = make.histogram(
    'node_collector_update_node_health_duration_seconds',
    'Seconds that a look at a node took.',
    exponentialBuckets(0.001, 4, 8),
  );
  const all = make.histogram(
    'node_collector_update_all_nodes_health_duration_seconds',
    'Seconds that a look at all nodes took.',
    exponentialBuckets(0.01, 4, 8),
  );
  return {
    zone(zone, figures) {
      size.set({ zone }, figures.size);
      unhealthy.set({ zone }, figures.unhealthy);
      health.set({ zone }, figures.size === 0 ? 100 : (100 * (figures.size - figures.unhealthy)) / figures.size);
      evictions.inc({ zone }, 0);
    },
    evicted: (zone) => evictions.inc({ zone }),
    examined: (seconds) => one.observe(seconds),
    examinedAll: (seconds) => all.observe(seconds),
  };
});
