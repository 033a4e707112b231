import { CATCH_ALL, EXEMPT } from '../names.ts';
import type { PriorityLevelConfigurationSpec } from './schema.ts';

/** Upstream's mandatory levels (k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap): one without limits, and one for whom no other takes. */
export const MANDATORY_PRIORITY_LEVELS: ReadonlyMap<string, PriorityLevelConfigurationSpec> = new Map([
  [EXEMPT, { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }],
  [CATCH_ALL, { type: 'Limited', limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 } }],
]);
