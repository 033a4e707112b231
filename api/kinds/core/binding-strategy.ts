import type { Strategy } from '../../definition/strategy.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { notSupported, required } from '../../schema/field-error.ts';
import type { Binding } from './binding.ts';

/** A pod is bound to a node, and to nothing else. */
export function validateBinding(binding: Binding): FieldError[] {
  const errors: FieldError[] = [];
  const { kind, name } = binding.target ?? {};
  if (kind && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']));
  if (!name) errors.push(required('target.name'));
  return errors;
}

export const bindingStrategy: Strategy<Binding> = { validate: validateBinding };
