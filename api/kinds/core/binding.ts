import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { ObjectReference } from '../../pod/reference.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { notSupported, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, topLevel } from '../../schema/fields.ts';

export const Binding = topLevel('Binding', 'Puts a pod on a node.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  target: ref(ObjectReference, 'The node.').tag(2),
});
export type Binding = Infer<typeof Binding>;

/** A pod is bound to a node, and to nothing else. */
export function validateBinding(binding: Binding): FieldError[] {
  const errors: FieldError[] = [];
  const { kind, name } = binding.target ?? {};
  if (kind && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']));
  if (!name) errors.push(required('target.name'));
  return errors;
}

const bindingStrategy: Strategy<Binding> = { validate: validateBinding };

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
