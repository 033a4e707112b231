import type { Registry } from 'prom-client';
import { mutate } from './mutating-webhooks.ts';
import { validate } from './validating-webhooks.ts';
import type { WebhookCalls } from './webhook-admission.ts';
import type { WebhookContext } from './webhook-context.ts';
import { webhookMetrics } from './webhook-metrics.ts';

/** Puts together what calls webhooks; `registry` takes its metrics. */
export function webhookCalls(options: Omit<WebhookContext, 'metrics'>, registry: Registry): WebhookCalls {
  const context: WebhookContext = { ...options, metrics: webhookMetrics(registry) };
  return {
    mutate: (attributes, candidates) => mutate(context, attributes, candidates),
    validate: (attributes, candidates) => validate(context, attributes, candidates),
  };
}
