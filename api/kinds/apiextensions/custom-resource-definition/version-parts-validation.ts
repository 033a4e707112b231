import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { byteLength } from '../../../validation/name-rules.ts';
import type { CustomResourceColumnDefinition, CustomResourceSubresources } from './schema.ts';

const COLUMN_TYPES: readonly string[] = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS: readonly string[] = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const MAX_DEPRECATION_WARNING = 256;

export function checkDeprecation(isDeprecated: boolean, warning: string | undefined, path: string, errors: FieldError[]): void {
  if (warning === undefined) return;
  const field = `${path}.deprecationWarning`;
  const refuse = (why: string) => void errors.push(invalid(field, warning, why));
  if (!isDeprecated) {
    refuse('can only be set for deprecated versions');
    return;
  }
  if (byteLength(warning) > MAX_DEPRECATION_WARNING) refuse('must be <= 256 characters long');
  if (warning === '') refuse('must not be an empty string');
  let index = 0;
  for (const char of warning) {
    if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char)) {
      refuse(`must only contain printable UTF-8 characters; non-printable character found at index ${index}`);
      return;
    }
    index += byteLength(char);
  }
}

function checkSimplePath(path: string, field: string, errors: FieldError[]): boolean {
  if (path.startsWith('.')) return true;
  errors.push(invalid(field, path, 'must be a simple json path starting with .'));
  return false;
}

export function checkSubresources(subresources: CustomResourceSubresources | undefined, path: string, errors: FieldError[]): void {
  const scale = subresources?.scale;
  if (!scale) return;
  for (const [name, roots] of [
    ['specReplicasPath', ['.spec']],
    ['statusReplicasPath', ['.status']],
    ['labelSelectorPath', ['.spec', '.status']],
  ] as const) {
    const value = scale[name];
    const field = `${path}.scale.${name}`;
    if (!value) {
      if (name !== 'labelSelectorPath') errors.push(required(field));
    } else if (checkSimplePath(value, field, errors) && !roots.some((root) => value.startsWith(`${root}.`))) {
      errors.push(invalid(field, value, `should be a json path under ${roots.length > 1 ? 'either ' : ''}${roots.join(' or ')}`));
    }
  }
}

export function checkColumn(column: CustomResourceColumnDefinition, path: string, errors: FieldError[]): void {
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (!column.name) errors.push(required(`${path}.name`));
  if (!column.type) errors.push(required(`${path}.type`, types));
  else if (!COLUMN_TYPES.includes(column.type)) errors.push(invalid(`${path}.type`, column.type, types));
  if (column.format && !COLUMN_FORMATS.includes(column.format)) {
    errors.push(invalid(`${path}.format`, column.format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  }
  if (!column.jsonPath) errors.push(required(`${path}.JSONPath`));
  else checkSimplePath(column.jsonPath, `${path}.JSONPath`, errors);
}
