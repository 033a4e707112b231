import type { Clock } from '../../../base/clock.ts';
import type { AdmissionAttributes } from '../../contract/admission.ts';
import type { Authorizer } from '../../contract/authorizer.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { matchesNamespace, matchesObject } from '../matching/selectors.ts';
import type { CallContext } from './webhook-call.ts';
import type { Candidate } from './webhook-index.ts';
import type { WebhookMetrics, WebhookType } from './webhook-metrics.ts';

/** The parts of the server that calls of webhooks need. */
export interface WebhookContext extends CallContext {
  readonly objects: StorageAccess;
  readonly clock: Clock;
  readonly metrics: WebhookMetrics;
  /** Asked by match conditions. */
  readonly authorizer: Authorizer;
}

/** Whether a webhook whose rules match is to be called: by its selectors and match conditions. @throws StatusError if that cannot be said. */
export async function isConcerned(
  context: WebhookContext,
  attributes: AdmissionAttributes,
  candidate: Candidate,
  type: WebhookType,
): Promise<boolean> {
  const { objects } = context;
  const { webhook } = candidate;
  const isSelected = matchesNamespace(webhook.namespaceSelector, attributes, objects);
  if (!(isSelected instanceof Promise ? await isSelected : isSelected)) return false;
  if (!matchesObject(webhook.objectSelector, attributes)) return false;
  if (webhook.matchConditions.length === 0) return true;
  // Expressions are loaded when a webhook has any.
  const { meetsConditions } = await import('./webhook-conditions.ts');
  return meetsConditions(context, attributes, candidate, type);
}
