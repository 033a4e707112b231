import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { ObjectKey } from '../../../api/meta/object.ts';
import { oncePer } from '../../../base/once-per.ts';

export type ScaleAction = 'scale_up' | 'scale_down' | 'none';
export type ErrorLabel = 'spec' | 'internal' | 'none';

export interface AutoscalerMetrics {
  reconciled(action: ScaleAction, error: ErrorLabel, seconds: number): void;
  computed(type: string, action: ScaleAction, error: ErrorLabel, seconds: number): void;
  autoscalers(count: number): void;
  desired(key: ObjectKey, replicas: number): void;
  forget(key: ObjectKey): void;
}

/** 1 ms, doubled up to 16 s. */
const BUCKETS = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i);
const NAME = 'horizontal_pod_autoscaler_controller';

/** Returns the metrics of the controller under upstream's names, made once per registry (podautoscaler/monitor). */
export const autoscalerMetrics: (registry: Registry) => AutoscalerMetrics = oncePer((registry) => {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name: `${NAME}_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Histogram({ name: `${NAME}_${name}`, help, labelNames, registers, buckets: BUCKETS });
  const rounds = counter('reconciliations_total', 'Rounds of autoscalers by what they did, and whose fault a failure is.', 'action', 'error');
  const roundSeconds = histogram('reconciliation_duration_seconds', 'Seconds a round of an autoscaler took.', 'action', 'error');
  const computations = counter('metric_computation_total', 'Metrics that were computed.', 'action', 'error', 'metric_type');
  const seconds = histogram('metric_computation_duration_seconds', 'Seconds the computation of a metric took.', 'action', 'error', 'metric_type');
  const count = new Gauge({ name: `${NAME}_num_horizontal_pod_autoscalers`, help: 'Autoscalers that there are.', registers });
  const desired = new Gauge({
    name: `${NAME}_desired_replicas`,
    help: 'Pods that each autoscaler wants.',
    labelNames: ['namespace', 'hpa_name'],
    registers,
  });
  const labelsOf = ({ namespace, name }: ObjectKey) => ({ namespace, hpa_name: name });
  return {
    reconciled(action, error, took) {
      rounds.inc({ action, error });
      roundSeconds.observe({ action, error }, took);
    },
    computed(type, action, error, took) {
      computations.inc({ action, error, metric_type: type });
      seconds.observe({ action, error, metric_type: type }, took);
    },
    autoscalers: (there) => count.set(there),
    desired: (key, replicas) => desired.set(labelsOf(key), replicas),
    forget: (key) => desired.remove(labelsOf(key)),
  };
});
