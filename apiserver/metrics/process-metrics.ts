import type { Registry } from 'prom-client';
import { collectDefaultMetrics } from 'prom-client';

/** Gauges named as only counters may be: promtool refuses them. The same counts stand by type under the names without `_total`. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** process_… and nodejs_…: once a process and registry. */
export function processMetrics(registry: Registry): void {
  if (registry.getSingleMetric('process_cpu_seconds_total')) return;
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}
