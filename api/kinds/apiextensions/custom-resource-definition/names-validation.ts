import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { dns1035LabelFaults } from '../../../validation/name-rules.ts';
import type { CustomResourceDefinitionNames } from './schema.ts';

export function checkRequiredNames(names: CustomResourceDefinitionNames | undefined, errors: FieldError[]): void {
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) if (!names?.[field]) errors.push(required(`spec.names.${field}`));
}

/** Checks the names of a resource, in the spec or as accepted. */
export function checkNames(names: CustomResourceDefinitionNames | undefined, path: string, errors: FieldError[]): void {
  for (const field of ['plural', 'singular'] as const) {
    const value = names?.[field];
    const faults = value ? dns1035LabelFaults(value) : [];
    if (faults.length > 0) errors.push(invalid(`${path}.${field}`, value, faults.join(',')));
  }
  for (const field of ['kind', 'listKind'] as const) {
    const value = names?.[field] ?? '';
    const faults = value === '' ? [] : dns1035LabelFaults(value.toLowerCase());
    if (faults.length > 0) errors.push(invalid(`${path}.${field}`, value, `may have mixed case, but should otherwise match: ${faults.join(',')}`));
  }
  checkLabels(names?.shortNames, `${path}.shortNames`, errors);
  if (names?.kind && names.kind === names.listKind) errors.push(invalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same'));
  checkLabels(names?.categories, `${path}.categories`, errors);
}

function checkLabels(names: readonly string[] | undefined, path: string, errors: FieldError[]): void {
  names?.forEach((name, i) => {
    const faults = dns1035LabelFaults(name);
    if (faults.length > 0) errors.push(invalid(`${path}[${i}]`, name, faults.join(',')));
  });
}
