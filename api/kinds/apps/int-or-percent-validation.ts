import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { pathText } from '../../validation/field-path.ts';
import { addFaults, checkNonNegative } from '../../validation/field-rules.ts';
import { percentFaults } from '../../validation/name-rules.ts';

/** Checks that a value is a number that is not negative, or a percentage. */
export function checkIntOrPercent(errors: FieldError[], value: number | string, path: FieldPath, name: string): void {
  if (typeof value === 'string') addFaults(errors, percentFaults(value), value, path, name);
  else checkNonNegative(errors, value, path, name);
}

/** Returns the number, or that of the percentage; 0 if it is neither. */
export const amountOf = (value: number | string): number =>
  typeof value === 'number' ? value : /^\d+%$/.test(value) ? Number(value.slice(0, -1)) : Number.parseInt(value, 10) || 0;

/** Checks that a percentage is of a part, not of more than the whole. */
export function checkAtMostWhole(errors: FieldError[], value: number | string, path: FieldPath, name: string): void {
  if (typeof value === 'string' && percentFaults(value).length === 0 && amountOf(value) > 100) {
    errors.push(invalid(pathText(path, name), value, 'must not be greater than 100%'));
  }
}
