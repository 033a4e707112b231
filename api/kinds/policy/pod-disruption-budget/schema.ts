import { Condition } from '../../../meta/condition.ts';
import { LabelSelector } from '../../../meta/label-selector.ts';
import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { int32, int64, intOrString, listMap, map, ref, string, struct, time, topLevel } from '../../../schema/fields.ts';

export const PodDisruptionBudgetSpec = struct('PodDisruptionBudgetSpec', 'How many pods must stay while others are evicted.', {
  maxUnavailable: intOrString('Pods that may be missing: a number or a percentage. Not together with minAvailable.', { presence: 'pointer' })
    .tag(3)
    .optional(),
  minAvailable: intOrString('Pods that must be there: a number or a percentage.', { presence: 'pointer' }).tag(1).optional(),
  selector: ref(LabelSelector, 'The pods. Empty, it selects all pods of the namespace; absent, none.', {
    presence: 'pointer',
    'x-kubernetes-patch-strategy': 'replace',
  })
    .tag(2)
    .optional(),
  unhealthyPodEvictionPolicy: string('AlwaysAllow, or IfHealthyBudget: whether running pods that are not ready may be evicted.', {
    presence: 'pointer',
    goType: 'UnhealthyPodEvictionPolicyType',
    enum: ['AlwaysAllow', 'IfHealthyBudget'],
  })
    .tag(4)
    .optional(),
});
export type PodDisruptionBudgetSpec = Infer<typeof PodDisruptionBudgetSpec>;

export const PodDisruptionBudgetStatus = struct('PodDisruptionBudgetStatus', 'How many pods may be evicted now.', {
  conditions: listMap(Condition, ['type'], 'Latest observations, one of each type.').tag(7).optional(),
  currentHealthy: int32('Pods that are healthy.', { presence: 'filled' }).tag(4).optional(),
  desiredHealthy: int32('Pods that must be healthy.', { presence: 'filled' }).tag(5).optional(),
  disruptedPods: map(time(), 'Pods whose eviction was allowed and not yet observed, with the time of the eviction.').tag(2).optional(),
  disruptionsAllowed: int32('Pods that may be evicted now.', { presence: 'filled' }).tag(3).optional(),
  expectedPods: int32('Pods that the budget counts.', { presence: 'filled' }).tag(6).optional(),
  observedGeneration: int64('The metadata.generation that this was computed from.').tag(1).optional(),
});
export type PodDisruptionBudgetStatus = Infer<typeof PodDisruptionBudgetStatus>;

export const PodDisruptionBudget = topLevel('PodDisruptionBudget', 'Limits how many pods of an application are evicted at a time.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(PodDisruptionBudgetSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(PodDisruptionBudgetStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type PodDisruptionBudget = Infer<typeof PodDisruptionBudget>;
