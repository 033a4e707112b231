import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import { apiServices, isAvailable } from '../../api/kinds/apiregistration/index.ts';
import type { StorageAccess } from '../contract/storage-access.ts';

/** Registers upstream's metrics of availability. Returns the function that counts a server that ceased to be available. */
export function availabilityMetrics(registry: Registry, objects: Pick<StorageAccess, 'list'>): (name: string, reason: string) => void {
  new Gauge({
    name: 'aggregator_unavailable_apiservice',
    help: 'Whether an APIService is unavailable (1) or available (0).',
    labelNames: ['name'],
    registers: [registry],
    collect() {
      this.reset();
      for (const apiService of objects.list(apiServices)) this.set({ name: apiService.metadata.name }, isAvailable(apiService) ? 0 : 1);
    },
  });
  const lost = new Counter({
    name: 'aggregator_unavailable_apiservice_total',
    help: 'How often an APIService ceased to be available, by reason.',
    labelNames: ['name', 'reason'],
    registers: [registry],
  });
  return (name, reason) => lost.inc({ name, reason });
}
