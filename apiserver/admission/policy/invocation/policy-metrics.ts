import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import { conditionMetrics } from '../../matching/condition-metrics.ts';

/** The outcome of an expression, as metrics tell it. */
export type ErrorType = 'compile_error' | 'invalid_error' | 'out_of_budget' | 'no_error';

/** Records one expression of a policy, evaluated at a binding. */
export interface PolicyMetrics {
  /** `action` is what was done about the outcome: allow, deny, audit or warn. */
  validated(policy: string, binding: string, error: ErrorType, action: string, seconds: number): void;
  mutated(policy: string, binding: string, error: ErrorType, seconds: number): void;
  /** Records the match conditions of a policy, and how many of them failed. */
  conditions(policy: string, operation: string, failed: number, seconds: number): void;
}

const BUCKETS = [0.0000005, 0.001, 0.01, 0.1, 1];
const LABELS = ['policy', 'policy_binding', 'error_type'];

function family(registry: Registry, subsystem: string, what: string, labelNames: readonly string[]) {
  const registers = [registry];
  const name = `apiserver_${subsystem}_admission_policy_check`;
  const total = new Counter({ name: `${name}_total`, help: `${what}, by policy and binding.`, labelNames: [...labelNames], registers });
  const seconds = new Histogram({
    name: `${name}_duration_seconds`,
    help: `Seconds that an expression of a policy took, by policy and binding.`,
    labelNames: [...labelNames],
    buckets: BUCKETS,
    registers,
  });
  return (labels: Record<string, string>, took: number) => {
    total.inc(labels);
    seconds.observe(labels, took);
  };
}

/** Registers the metrics of admission policies, under upstream's names. */
export function policyMetrics(registry: Registry): PolicyMetrics {
  const validated = family(registry, 'validating', 'Validations that were refused, warned of, audited or failed', [...LABELS, 'enforcement_action']);
  const mutated = family(registry, 'mutating', 'Mutations', LABELS);
  const conditions = conditionMetrics(registry);
  return {
    validated: (policy, binding, error, action, seconds) =>
      validated({ policy, policy_binding: binding, error_type: error, enforcement_action: action }, seconds),
    conditions(name, operation, failed, seconds) {
      const labels = { name, kind: 'policy', type: 'validate', operation } as const;
      conditions.evaluated(labels, seconds);
      if (failed > 0) conditions.failed(labels, failed);
    },
    mutated: (policy, binding, error, seconds) => mutated({ policy, policy_binding: binding, error_type: error }, seconds),
  };
}
