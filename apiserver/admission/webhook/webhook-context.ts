import type { Clock } from '../../../base/clock.ts';
import type { Authorizer } from '../../contract/authorizer.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import type { CallContext } from './webhook-call.ts';
import type { WebhookMetrics } from './webhook-metrics.ts';

/** The parts of the server that calls of webhooks need. */
export interface WebhookContext extends CallContext {
  readonly objects: StorageAccess;
  readonly clock: Clock;
  readonly metrics: WebhookMetrics;
  /** Asked by match conditions. */
  readonly authorizer: Authorizer;
}
