import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, int32, string, topLevel } from '../schema/fields.ts';

export const PriorityClass = topLevel('PriorityClass', {
  description: string().optional(),
  globalDefault: boolean().optional(),
  metadata: ObjectMeta.optional(),
  preemptionPolicy: string().optional(),
  value: int32().optional(),
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
});
