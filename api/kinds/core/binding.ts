import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, topLevel } from '../../schema/fields.ts';
import { bindingStrategy } from './binding-strategy.ts';

export const Binding = topLevel('Binding', 'Puts a pod on a node.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  target: ref(ObjectReference, 'The node.').tag(2),
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
  strategy: bindingStrategy,
});
