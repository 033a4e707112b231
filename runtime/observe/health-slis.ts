import { Counter, Gauge, Registry } from 'prom-client';
import type { Document } from './document.ts';

export type Probe = 'healthz' | 'livez' | 'readyz';

/** Records the outcomes of health checks, and shows them. */
export interface HealthSlis {
  observe(check: string, probe: Probe, healthy: boolean): void;
  /** Returns the text of /metrics/slis. */
  show(): Promise<Document>;
}

/** Makes the indicators of health that upstream's components serve at /metrics/slis (k8s.io/component-base/metrics/prometheus/slis). */
export function healthSlis(): HealthSlis {
  const registry = new Registry();
  const last = new Gauge({
    name: 'kubernetes_healthcheck',
    help: '[STABLE] This metric records the result of a single healthcheck.',
    labelNames: ['name', 'type'] as const,
    registers: [registry],
  });
  const total = new Counter({
    name: 'kubernetes_healthchecks_total',
    help: '[STABLE] This metric records the results of all healthcheck.',
    labelNames: ['name', 'status', 'type'] as const,
    registers: [registry],
  });
  return {
    observe(name, type, healthy) {
      last.set({ name, type }, healthy ? 1 : 0);
      total.inc({ name, status: healthy ? 'success' : 'error', type });
    },
    show: async () => ({ contentType: registry.contentType, parts: [await registry.metrics()] }),
  };
}

/** Makes the indicators when the first check is observed or they are asked for: most nodes of a process are never probed. */
export function lateHealthSlis(): HealthSlis {
  let made: HealthSlis | undefined;
  const slis = () => {
    made ??= healthSlis();
    return made;
  };
  return { observe: (check, probe, healthy) => slis().observe(check, probe, healthy), show: () => slis().show() };
}
