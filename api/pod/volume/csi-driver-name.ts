import type { FieldError } from '../../schema/field-error.ts';
import { required, tooLong } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { pathText } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { dns1123SubdomainFaults } from '../../validation/name-rules.ts';

const MAX_DRIVER_NAME = 63;

/** Checks the name of a CSI driver: a subdomain in whatever case, of at most 63 characters. */
export function checkCsiDriverName(errors: FieldError[], driver: string | undefined, path: FieldPath, ...names: readonly string[]): void {
  const name = driver ?? '';
  if (name === '') errors.push(required(pathText(path, ...names)));
  if (name.length > MAX_DRIVER_NAME) errors.push(tooLong(pathText(path, ...names), MAX_DRIVER_NAME));
  if (name !== '') addFaults(errors, dns1123SubdomainFaults(name.toLowerCase()), name, path, ...names);
}
