import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { boolean, int32, ref, string, topLevel } from '../../schema/fields.ts';
import { priorityClassColumns } from './priority-class-columns.ts';
import { priorityClassStrategy } from './priority-class-strategy.ts';

export const PriorityClass = topLevel('PriorityClass', 'Gives a name to a priority of pods.', {
  description: string('When to use the class.').tag(4).optional(),
  globalDefault: boolean('Whether pods that name no class get this one.').tag(3).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  preemptionPolicy: string('Whether pods of the class may push out those of lower priority.', {
    presence: 'pointer',
    goType: 'PreemptionPolicy',
    default: 'PreemptLowerPriority',
    enum: ['Never', 'PreemptLowerPriority'],
  })
    .tag(5)
    .optional(),
  value: int32('The priority; higher goes first.', { presence: 'filled' }).tag(2).optional(),
});
export type PriorityClass = Infer<typeof PriorityClass>;

export const priorityClasses = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  namespaced: false,
  shortNames: ['pc'],
  schema: PriorityClass,
  columns: priorityClassColumns,
  strategy: priorityClassStrategy,
});
