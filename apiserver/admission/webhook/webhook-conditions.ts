import type { AdmissionAttributes } from '../../contract/admission.ts';
import { forbidden } from '../admitted.ts';
import { OPERATIONS } from '../matching/rules.ts';
import { MATCH_COST_BUDGET, startRun } from '../policy/expressions/activation.ts';
import type { CompiledCondition } from '../policy/expressions/compiled-policy.ts';
import { compileConditions, expressionCompiler } from '../policy/expressions/compiled-policy.ts';
import { evaluateConditions } from '../policy/expressions/match-conditions.ts';
import { authorizerValues, requestVariables, withAuthorizer } from '../policy/expressions/request-variables.ts';
import type { ConfiguredWebhook } from './configured-webhook.ts';
import type { WebhookContext } from './webhook-context.ts';
import type { Candidate } from './webhook-index.ts';
import type { WebhookType } from './webhook-metrics.ts';

const compiled = new WeakMap<ConfiguredWebhook, readonly CompiledCondition[]>();

function conditionsOf(webhook: ConfiguredWebhook): readonly CompiledCondition[] {
  let conditions = compiled.get(webhook);
  if (!conditions) {
    conditions = compileConditions(expressionCompiler({ hasParams: false, hasVariables: false }), webhook.matchConditions);
    compiled.set(webhook, conditions);
  }
  return conditions;
}

/**
 * Whether a request meets the match conditions of a webhook, in the version that the webhook is shown.
 * @throws StatusError 403 if a condition cannot be evaluated, none is false, and the webhook does not fail open.
 */
export async function meetsConditions(
  { clock, metrics, authorizer }: WebhookContext,
  attributes: AdmissionAttributes,
  { webhook, kind }: Candidate,
  type: WebhookType,
): Promise<boolean> {
  const form = await attributes.inVersion(kind);
  const known = requestVariables({ attributes, form: { ...form, kind: attributes.kind }, namespace: undefined });
  const variables = withAuthorizer(known, authorizerValues(attributes, authorizer));
  const outcome = await evaluateConditions(startRun(variables, new Map(), MATCH_COST_BUDGET, clock), conditionsOf(webhook), webhook.failsOpen);
  const operation = OPERATIONS[attributes.verb];
  metrics.conditions(webhook.name, type, operation, outcome.failed, outcome.seconds);
  if (outcome.error !== undefined) throw forbidden(attributes, outcome.error);
  if (!outcome.matches) metrics.excluded(webhook.name, type, operation);
  return outcome.matches;
}
