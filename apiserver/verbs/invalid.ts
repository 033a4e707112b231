import type { ResourceName } from '../../api/meta/status-error.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import type { Resource } from '../contract/resource.ts';

/** @throws StatusError Invalid if there are faults. */
export function throwInvalid(resource: ResourceName, name: string, faults: readonly FieldError[]): void {
  if (faults.length > 0) throw errors.invalid(resource, name, faults);
}

/** Names a resource as upstream does where an object of it is invalid: by the group of the stored form, so that all Events are of core. */
export const validatedAs = ({ name, isStoredForm, stored }: Pick<Resource, 'name' | 'isStoredForm' | 'stored'>): ResourceName =>
  isStoredForm || stored.group === name.group ? name : { ...name, group: stored.group };
