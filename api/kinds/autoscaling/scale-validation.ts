import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import { NEGATIVE } from '../../validation/field-rules.ts';
import type { Scale } from './scale.ts';

/** The rules of an update through the `scale` subresource. */
export function validateScale(scale: Scale): FieldError[] {
  const replicas = scale.spec?.replicas ?? 0;
  return replicas < 0 ? [invalid('spec.replicas', replicas, NEGATIVE)] : [];
}
