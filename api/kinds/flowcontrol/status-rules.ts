import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, required } from '../../schema/field-error.ts';

/** Checks the conditions of a status: each has a type, and none has that of another. */
export function conditionFaults(conditions: readonly { readonly type?: string | undefined }[] | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  conditions?.forEach(({ type = '' }, index) => {
    const field = `status.conditions[${index}].type`;
    if (seen.has(type)) errors.push(duplicate(field, type));
    seen.add(type);
    if (type === '') errors.push(required(field));
  });
  return errors;
}
