import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import { oncePer } from '../../base/once-per.ts';

export interface ReconcileMetrics {
  started(): void;
  ended(result: 'success' | 'requeue_after' | 'error' | 'terminal', seconds: number): void;
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Returns controller-runtime's metrics of reconciles by controller, made once per registry. Each controller starts at zero. */
export const reconcileMetrics: (registry: Registry) => (controller: string, concurrency: number) => ReconcileMetrics = oncePer((registry) => {
  const base = { labelNames: ['controller'] as const, registers: [registry] };
  const totals = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciles by controller and result.',
    labelNames: ['controller', 'result'],
    registers: [registry],
  });
  const errors = new Counter({ ...base, name: 'controller_runtime_reconcile_errors_total', help: 'Reconciles that threw.' });
  const terminal = new Counter({
    ...base,
    name: 'controller_runtime_terminal_reconcile_errors_total',
    help: 'Reconciles that threw what retrying cannot help.',
  });
  const durations = new Histogram({
    ...base,
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Seconds a reconcile took.',
    buckets: BUCKETS,
  });
  const limits = new Gauge({ ...base, name: 'controller_runtime_max_concurrent_reconciles', help: 'Reconciles allowed at once.' });
  const active = new Gauge({ ...base, name: 'controller_runtime_active_workers', help: 'Reconciles under way.' });
  return (controller, concurrency) => {
    const results = {
      success: totals.labels(controller, 'success'),
      requeue_after: totals.labels(controller, 'requeue_after'),
      error: totals.labels(controller, 'error'),
    };
    for (const result of Object.values(results)) result.inc(0);
    const [failed, ended, duration, workers] = [
      errors.labels(controller),
      terminal.labels(controller),
      durations.labels(controller),
      active.labels(controller),
    ];
    failed.inc(0);
    ended.inc(0);
    workers.set(0);
    durations.zero({ controller });
    limits.set({ controller }, concurrency);
    return {
      started: () => workers.inc(),
      ended(result, seconds) {
        workers.dec();
        duration.observe(seconds);
        results[result === 'terminal' ? 'error' : result].inc();
        if (result === 'error' || result === 'terminal') failed.inc();
        if (result === 'terminal') ended.inc();
      },
    };
  };
});
