import { checkCsiDriverName } from '../../pod/volume/csi-driver-name.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, tooLong } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { pathText } from '../../validation/field-path.ts';
import { byteLength } from '../../validation/name-rules.ts';

const MAX_IDENTIFIER_BYTES = 32;
const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const identifier = new RegExp(`^${C_IDENTIFIER}$`);
const NOT_AN_IDENTIFIER = `a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '${C_IDENTIFIER}')`;

function checkIdentifier(errors: FieldError[], id: string, path: FieldPath): void {
  if (byteLength(id) > MAX_IDENTIFIER_BYTES) errors.push(tooLong(pathText(path), MAX_IDENTIFIER_BYTES));
  if (!identifier.test(id)) errors.push(invalid(pathText(path), id, NOT_AN_IDENTIFIER));
}

/** Checks the name of an attribute or capacity: an identifier, with a domain and a slash in front if it is not the driver's. */
export function checkQualifiedName(errors: FieldError[], name: string, path: FieldPath): void {
  const [first = '', second, ...more] = name.split('/');
  if (second === undefined) {
    checkIdentifier(errors, first, path);
    return;
  }
  if (more.length > 0) {
    errors.push(invalid(pathText(path), name, 'must not contain more than one slash'));
    return;
  }
  if (first === '') errors.push(invalid(pathText(path), '', 'the domain must not be empty'));
  else checkCsiDriverName(errors, first, path);
  if (second === '') errors.push(invalid(pathText(path), '', 'the name must not be empty'));
  else checkIdentifier(errors, second, path);
}

/** Checks the name of an attribute that must have its domain. */
export function checkFullyQualifiedName(errors: FieldError[], name: string, path: FieldPath): void {
  checkQualifiedName(errors, name, path);
  if (!name.includes('/')) {
    errors.push(invalid(pathText(path), name, 'a fully qualified name must be a domain and a name separated by a slash'));
  }
}
