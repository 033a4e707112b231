import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { topLevel } from '../schema/fields.ts';
import { ObjectReference } from './reference.ts';

export const Binding = topLevel('Binding', {
  metadata: ObjectMeta.optional(),
  target: ObjectReference,
});
export type Binding = Infer<typeof Binding>;

export const bindings = defineKind<Binding>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  namespaced: true,
  verbs: ['create'],
  schema: Binding,
});
