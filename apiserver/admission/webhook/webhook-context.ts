import type { Clock } from '../../../base/clock.ts';
import type { AdmissionAttributes } from '../../contract/admission.ts';
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
}

/** Whether a webhook whose rules match is to be called: by its selectors and match conditions. @throws StatusError if that cannot be said. */
export async function isConcerned(
  { objects }: WebhookContext,
  attributes: AdmissionAttributes,
  { webhook }: Candidate,
  _type: WebhookType,
): Promise<boolean> {
  const isSelected = matchesNamespace(webhook.namespaceSelector, attributes, objects);
  if (!(isSelected instanceof Promise ? await isSelected : isSelected)) return false;
  return matchesObject(webhook.objectSelector, attributes);
}
