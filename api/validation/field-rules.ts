import { semanticEqual } from '../../base/equality.ts';
import { isLong } from '../../base/json/long-values.ts';
import { semanticEqualSteps } from '../../base/json/semantic-equal-steps.ts';
import type { FieldError } from '../schema/field-error.ts';
import { invalid, notSupported, required, searchLater } from '../schema/field-error.ts';
import type { FieldPath } from './field-path.ts';
import { pathText } from './field-path.ts';

export const NEGATIVE = 'must be greater than or equal to 0';
export const IMMUTABLE = 'field is immutable';
export const NOT_POSITIVE = 'must be greater than zero';

/** Adds one `Invalid value` per fault. The text of the path is made only if there is one. */
export function addFaults(errors: FieldError[], faults: readonly string[], value: unknown, path: FieldPath, ...names: readonly string[]): void {
  for (const fault of faults) errors.push(invalid(pathText(path, ...names), value, fault));
}

export function checkNonNegative(errors: FieldError[], value: number | undefined, path: FieldPath, name: string): void {
  if (value !== undefined && value < 0) errors.push(invalid(pathText(path, name), value, NEGATIVE));
}

export function checkImmutable(errors: FieldError[], value: unknown, old: unknown, field: string): void {
  ifChanged(value, old, () => void errors.push(invalid(field, value, IMMUTABLE)));
}

/** Calls `report` if two values differ: at once, or in turns if both are long. */
export function ifChanged(value: unknown, old: unknown, report: () => void): void {
  if (isLong(value) && isLong(old)) {
    searchLater(function* () {
      if (!(yield* semanticEqualSteps(value, old))) report();
    });
  } else if (!semanticEqual(value, old)) report();
}

/** A field that must hold one of a few words; empty means that it is missing. */
export function checkChoice(
  errors: FieldError[],
  value: string | undefined,
  choices: readonly string[],
  path: FieldPath,
  name: string,
  detail = '',
): void {
  if (value === undefined || value === '') errors.push(required(pathText(path, name), detail));
  else if (!choices.includes(value)) errors.push(notSupported(pathText(path, name), value, choices));
}

/** As checkChoice, for an optional field. */
export function checkOptionalChoice(
  errors: FieldError[],
  value: string | undefined,
  choices: readonly string[],
  path: FieldPath,
  name: string,
): void {
  if (value !== undefined && !choices.includes(value)) errors.push(notSupported(pathText(path, name), value, choices));
}

export function checkRequired(errors: FieldError[], value: string | undefined, path: FieldPath, name: string): void {
  if (value === undefined || value === '') errors.push(required(pathText(path, name)));
}
