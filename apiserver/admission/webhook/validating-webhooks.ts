import type { KindDefinition } from '../../../api/definition/kind.ts';
import type { AdmissionAttributes, AdmittedForm } from '../../contract/admission.ts';
import { OPERATIONS } from '../matching/rules.ts';
import { callingFailed, callWebhook, requestTimedOut } from './webhook-call.ts';
import { isConcerned } from './webhook-concern.ts';
import type { WebhookContext } from './webhook-context.ts';
import type { Candidate } from './webhook-index.ts';

const TYPE = 'validating';
const FAILED_OPEN = 'failed-open.validating.webhook.admission.k8s.io/';

/**
 * Calls the validating webhooks, all at once.
 * @throws StatusError the first refusal to come, once all have answered.
 */
export async function validate(context: WebhookContext, attributes: AdmissionAttributes, candidates: readonly Candidate[]): Promise<void> {
  const concerned: Candidate[] = [];
  for (const candidate of candidates) if (await isConcerned(context, attributes, candidate, TYPE)) concerned.push(candidate);
  if (concerned.length === 0) return;
  const forms = new Map<KindDefinition, AdmittedForm>();
  for (const { kind } of concerned) if (!forms.has(kind)) forms.set(kind, await attributes.inVersion(kind));
  if (attributes.signal.aborted) throw requestTimedOut();
  const refusals: unknown[] = [];
  await Promise.all(
    concerned.map(async (candidate, index) => {
      const form = forms.get(candidate.kind);
      try {
        if (form) await invoke(context, attributes, candidate, form, index);
      } catch (error) {
        refusals.push(error);
      }
    }),
  );
  if (refusals.length > 0) throw refusals[0];
}

async function invoke(context: WebhookContext, attributes: AdmissionAttributes, { webhook }: Candidate, form: AdmittedForm, index: number) {
  const { metrics, clock, log } = context;
  const { name, configuration, failsOpen } = webhook;
  const started = clock.monotonic();
  const call = { name, type: TYPE, operation: OPERATIONS[attributes.verb] } as const;
  const seconds = () => (clock.monotonic() - started) / 1000;
  const outcome = await callWebhook(context, webhook, attributes, form, false).catch((error: unknown) => {
    metrics.called({ ...call, code: 0, seconds: seconds(), rejection: 'apiserver_internal_error' });
    throw error;
  });
  switch (outcome.outcome) {
    case 'allowed':
      metrics.called({ ...call, code: 200, seconds: seconds(), rejection: undefined });
      return;
    case 'denied':
      metrics.called({ ...call, code: outcome.error.code, seconds: seconds(), rejection: 'no_error' });
      throw outcome.error;
    case 'failed': {
      const { code, why, isCancelled } = outcome;
      metrics.called({ ...call, code, seconds: seconds(), rejection: failsOpen || isCancelled ? undefined : 'calling_webhook_error' });
      if (!failsOpen) {
        log.warn({ webhook: name, configuration, why }, 'a validating webhook could not be called: the request is refused');
        throw callingFailed(name, why);
      }
      if (isCancelled) return;
      log.warn({ webhook: name, configuration, why }, 'a validating webhook could not be called: the request goes on without it');
      metrics.failedOpen(name, TYPE);
      attributes.annotate(`${FAILED_OPEN}round_0_index_${index}`, name);
    }
  }
}
