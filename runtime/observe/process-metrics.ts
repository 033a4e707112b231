import type { Registry } from 'prom-client';
import { collectDefaultMetrics, Gauge } from 'prom-client';
import { GIT_VERSION, KUBERNETES_VERSION } from '../../api/meta/version.ts';

/** Gauges named as only counters may be: promtool refuses them. The same counts stand by type under the names without `_total`. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

const GO_ARCHITECTURE: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** Registers the metrics of every component: process_…, nodejs_… and kubernetes_build_info. Does nothing if the registry has them. */
export function processMetrics(registry: Registry): void {
  if (registry.getSingleMetric('process_cpu_seconds_total')) return;
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const [major = '', minor = ''] = KUBERNETES_VERSION.split('.');
  new Gauge({
    name: 'kubernetes_build_info',
    help: 'The version of the component; the value is always 1.',
    labelNames: ['git_version', 'major', 'minor', 'platform'],
    registers: [registry],
  }).set({ git_version: GIT_VERSION, major, minor, platform: `${process.platform}/${GO_ARCHITECTURE[process.arch] ?? process.arch}` }, 1);
}
