import type { Status } from '../../../api/meta/status.ts';
import { errors, StatusError } from '../../../api/meta/status-error.ts';
import { qualifiedNameFaults } from '../../../api/validation/name-rules.ts';
import type { Logger } from '../../../base/log.ts';
import type { AdmissionAttributes, AdmittedForm } from '../../contract/admission.ts';
import type { WebhookClient } from '../../webhook/webhook-client.ts';
import { WebhookCallError } from '../../webhook/webhook-client.ts';
import type { Verdict } from './admission-review.ts';
import { createReview, verifiedAnswer } from './admission-review.ts';
import type { ConfiguredWebhook } from './configured-webhook.ts';

/** A webhook that could not be called, or whose answer breaks the rules: the failure policy decides about the request. */
export interface CallFailure {
  readonly outcome: 'failed';
  /** As upstream words it: `failed to call webhook: Post "https://…": …`. */
  readonly why: string;
  /** The HTTP code that upstream counts it under. */
  readonly code: number;
  readonly isCancelled: boolean;
}

export type CallOutcome =
  | { readonly outcome: 'allowed'; readonly verdict: Verdict }
  | { readonly outcome: 'denied'; readonly error: StatusError }
  | CallFailure;

/** Makes the failure of a call that reached the webhook. */
export const failure = (why: string, code = 503): CallFailure => ({ outcome: 'failed', why, code, isCancelled: false });

export interface CallContext {
  readonly client: WebhookClient;
  readonly log: Logger;
}

/**
 * Asks a webhook about a request in the given form. Passes warnings and audit annotations of the answer on.
 * @throws StatusError 400 for a dry run that the webhook does not support.
 */
export async function callWebhook(
  { client, log }: CallContext,
  webhook: ConfiguredWebhook,
  attributes: AdmissionAttributes,
  form: AdmittedForm,
  isMutating: boolean,
): Promise<CallOutcome> {
  const { name, reviewVersion, timeoutMs } = webhook;
  if (attributes.dryRun && !webhook.allowsDryRun) throw errors.badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
  if (reviewVersion === undefined) {
    return failure('could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)', 400);
  }
  const review = createReview(attributes, form, reviewVersion);
  let answer: unknown;
  try {
    answer = await client.post(webhook.client, review.body, { timeoutMs, tellsTimeout: true, signal: attributes.signal });
  } catch (error) {
    if (!(error instanceof WebhookCallError)) throw error;
    return { outcome: 'failed', why: `failed to call webhook: ${error.message}`, code: error.code, isCancelled: error.isCancelled };
  }
  const verified = verifiedAnswer(answer, review, isMutating);
  if (!verified.ok) return failure(`received invalid webhook response: ${verified.why}`);
  const { verdict } = verified;
  for (const [key, value] of Object.entries(verdict.auditAnnotations)) {
    const full = `${name}/${key}`;
    const [fault] = qualifiedNameFaults(full);
    if (fault === undefined) attributes.annotate(full, value);
    else log.warn({ webhook: name, annotation: full, why: fault }, 'an audit annotation of a webhook is dropped');
  }
  for (const warning of verdict.warnings) attributes.warn(warning);
  return verdict.allowed ? { outcome: 'allowed', verdict } : { outcome: 'denied', error: deniedBy(name, verdict.status) };
}

/** Makes the refusal of a webhook, with its code, reason and details (webhook/errors, ToStatusErr). */
function deniedBy(webhook: string, status: Status | undefined): StatusError {
  const who = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const why = status?.message || status?.reason;
  const code = status?.code ?? 0;
  return StatusError.fromStatus({
    ...status,
    message: why ? `${who}: ${why}` : `${who} without explanation`,
    code: code < 400 ? 400 : code,
  });
}

/** The refusal of a request because a webhook could not be called. */
export const callingFailed = (webhook: string, why: string): StatusError =>
  errors.internal(`failed calling webhook ${JSON.stringify(webhook)}: ${why}`);

/** The end of a request whose client has gone. */
export const requestTimedOut = (): StatusError => new StatusError('Timeout', 'Timeout: request did not complete within requested timeout', {});
