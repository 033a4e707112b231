import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import { conditionMetrics } from '../matching/condition-metrics.ts';

/** The plugin, as upstream's metrics of webhooks name it. */
export type WebhookType = 'admit' | 'validating';

export type RejectionCause = 'calling_webhook_error' | 'apiserver_internal_error' | 'no_error';

/** One call, and what became of the request by it. */
export interface ObservedCall {
  readonly name: string;
  readonly type: WebhookType;
  readonly operation: string;
  readonly code: number;
  readonly seconds: number;
  /** Undefined if the request goes on. */
  readonly rejection: RejectionCause | undefined;
}

/** Upstream's metrics of admission webhooks (k8s.io/apiserver/pkg/admission/metrics). */
export interface WebhookMetrics {
  called(call: ObservedCall): void;
  failedOpen(name: string, type: WebhookType): void;
  /** A match condition kept the webhook from being called. */
  excluded(name: string, type: WebhookType, operation: string): void;
  /** Its match conditions were evaluated; so many of them failed. */
  conditions(name: string, type: WebhookType, operation: string, failed: number, seconds: number): void;
}

const MAX_CODE = 600;

export function webhookMetrics(registry: Registry): WebhookMetrics {
  const registers = [registry];
  const duration = new Histogram({
    name: 'apiserver_admission_webhook_admission_duration_seconds',
    help: 'Seconds that calls of admission webhooks took.',
    labelNames: ['name', 'type', 'operation', 'rejected'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25],
    registers,
  });
  const requests = new Counter({
    name: 'apiserver_admission_webhook_request_total',
    help: 'Calls of admission webhooks, by the HTTP code and whether the request was rejected.',
    labelNames: ['name', 'type', 'operation', 'code', 'rejected'],
    registers,
  });
  const rejections = new Counter({
    name: 'apiserver_admission_webhook_rejection_count',
    help: 'Requests rejected by admission webhooks, or because one could not be called.',
    labelNames: ['name', 'type', 'operation', 'error_type', 'rejection_code'],
    registers,
  });
  const failOpen = new Counter({
    name: 'apiserver_admission_webhook_fail_open_count',
    help: 'Requests admitted although an admission webhook could not be called.',
    labelNames: ['name', 'type'],
    registers,
  });
  const conditions = conditionMetrics(registry);
  return {
    called({ name, type, operation, code, seconds, rejection }) {
      const shown = String(Math.min(code, MAX_CODE));
      const rejected = String(rejection !== undefined);
      requests.inc({ name, type, operation, code: shown, rejected });
      duration.observe({ name, type, operation, rejected }, seconds);
      if (rejection) rejections.inc({ name, type, operation, error_type: rejection, rejection_code: shown });
    },
    failedOpen: (name, type) => failOpen.inc({ name, type }),
    excluded: (name, type, operation) => conditions.excluded({ name, kind: 'webhook', type, operation }),
    conditions(name, type, operation, failed, seconds) {
      const labels = { name, kind: 'webhook', type, operation } as const;
      conditions.evaluated(labels, seconds);
      if (failed > 0) conditions.failed(labels, failed);
    },
  };
}
