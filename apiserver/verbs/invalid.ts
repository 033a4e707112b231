import type { ResourceName } from '../../api/meta/status-error.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';

/** @throws StatusError Invalid if there are faults. */
export function throwInvalid(resource: ResourceName, name: string, faults: readonly FieldError[]): void {
  if (faults.length > 0) throw errors.invalid(resource, name, faults);
}
