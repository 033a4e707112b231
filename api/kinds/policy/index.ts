import type { KindGroup } from '../../definition/group.ts';
import { podDisruptionBudgets } from './pod-disruption-budget/index.ts';

export const policyGroup: KindGroup = {
  name: 'policy',
  rank: 17100,
  kinds: [podDisruptionBudgets],
};

export { Eviction } from './eviction.ts';
export { PodDisruptionBudget, podDisruptionBudgets } from './pod-disruption-budget/index.ts';
