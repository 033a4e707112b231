import type { AdmissionAttributes } from '../../contract/admission.ts';
import { matchesNamespace, matchesObject } from '../matching/selectors.ts';
import type { WebhookContext } from './webhook-context.ts';
import type { Candidate } from './webhook-index.ts';
import type { WebhookType } from './webhook-metrics.ts';

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
