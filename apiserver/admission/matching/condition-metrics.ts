import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import { oncePer } from '../../../base/once-per.ts';

/** The webhook or policy whose conditions are evaluated, and the operation of the request. */
export interface ConditionLabels {
  readonly name: string;
  readonly kind: 'webhook' | 'policy';
  readonly type: string;
  readonly operation: string;
}

/** Upstream's metrics of match conditions (k8s.io/apiserver/pkg/admission/metrics), which webhooks and policies share. */
export interface ConditionMetrics {
  evaluated(labels: ConditionLabels, seconds: number): void;
  failed(labels: ConditionLabels, conditions?: number): void;
  excluded(labels: ConditionLabels): void;
}

const labelNames = ['name', 'kind', 'type', 'operation'];

/** Registers the metrics with the first who asks for them. */
export const conditionMetrics = oncePer((registry: Registry): ConditionMetrics => {
  const registers = [registry];
  const exclusions = new Counter({
    name: 'apiserver_admission_match_condition_exclusions_total',
    help: 'Requests that match conditions kept from a webhook or policy.',
    labelNames,
    registers,
  });
  const errors = new Counter({
    name: 'apiserver_admission_match_condition_evaluation_errors_total',
    help: 'Match conditions that could not be evaluated.',
    labelNames,
    registers,
  });
  const duration = new Histogram({
    name: 'apiserver_admission_match_condition_evaluation_seconds',
    help: 'Seconds that the match conditions of a webhook or policy took.',
    labelNames,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25],
    registers,
  });
  return {
    evaluated: (labels, seconds) => duration.observe({ ...labels }, seconds),
    failed: (labels, conditions = 1) => errors.inc({ ...labels }, conditions),
    excluded: (labels) => exclusions.inc({ ...labels }),
  };
});
