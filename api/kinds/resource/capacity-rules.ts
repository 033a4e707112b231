import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, forbidden, invalid, required, tooMany } from '../../schema/field-error.ts';
import { addQuantities, compareQuantities, parseQuantity, signOfQuantity, subtractQuantities } from '../../schema/quantity.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import type { CapacityRequestPolicy, CapacityRequestPolicyRange } from './device.ts';

const MAX_VALUES = 10;

/** Checks how parts of a capacity may be asked for: as single values, or as a range, with a default that is one of them. */
export function checkRequestPolicy(errors: FieldError[], policy: CapacityRequestPolicy, capacity: string, path: FieldPath): void {
  const values = policy.validValues ?? [];
  if (values.length > 0 && policy.validRange) {
    errors.push(forbidden(pathText(path), 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time'));
  } else if (values.length > 0) {
    if (policy.default === undefined) errors.push(required(pathText(path, 'default'), 'required when validValues is defined'));
    else checkValues(errors, values, policy.default, capacity, childPath(path, 'validValues'));
  } else if (policy.validRange) {
    if (policy.default === undefined) errors.push(required(pathText(path, 'default'), 'required when validRange is defined'));
    else checkRange(errors, policy.validRange, policy.default, capacity, childPath(path, 'validRange'));
  }
}

function checkValues(errors: FieldError[], values: readonly string[], chosen: string, capacity: string, path: FieldPath): void {
  values.forEach((value, i) => {
    const before = values[i - 1];
    if (before !== undefined && compareQuantities(before, value) > 0) {
      errors.push(invalid(pathText(indexPath(path, i)), value, 'values must be sorted in ascending order'));
    }
  });
  if (values.length > MAX_VALUES) errors.push(tooMany(pathText(path), values.length, MAX_VALUES));
  else {
    const seen = new Set<bigint>();
    values.forEach((value, i) => {
      const at = pathText(indexPath(path, i));
      if (compareQuantities(value, capacity) > 0) errors.push(invalid(at, value, `option is larger than capacity value: ${capacity}`));
      const { nanos } = parseQuantity(value);
      if (seen.has(nanos)) errors.push(duplicate(at, value));
      seen.add(nanos);
    });
  }
  if (!values.some((value) => compareQuantities(value, chosen) === 0)) {
    errors.push(invalid(pathText(path), chosen, 'default value is not valid according to the requestPolicy'));
  }
}

function checkRange(errors: FieldError[], range: CapacityRequestPolicyRange, chosen: string, capacity: string, path: FieldPath): void {
  const { min, max, step } = range;
  const add = (field: string, value: string, why: string) => errors.push(invalid(pathText(path, field), value, why));
  if (min === undefined || min === null) {
    errors.push(required(pathText(path, 'min'), 'required when validRange is defined'));
    return;
  }
  if (compareQuantities(min, capacity) > 0) add('min', min, `min is larger than capacity value: ${capacity}`);
  if (compareQuantities(chosen, min) < 0) add('default', chosen, `default is less than min: ${min}`);
  if (max !== undefined) {
    if (compareQuantities(min, max) > 0) add('max', min, `min is larger than max: ${max}`);
    if (compareQuantities(max, capacity) > 0) add('max', max, `max is larger than capacity value: ${capacity}`);
    if (compareQuantities(chosen, max) > 0) add('default', chosen, `default is more than max: ${max}`);
  }
  if (step === undefined) return;
  if (signOfQuantity(step) <= 0) {
    add('step', step, 'must be greater than zero');
    return;
  }
  const first = addQuantities(min, step);
  if (compareQuantities(first, capacity) > 0) add('step', step, `one step ${first} is larger than capacity value: ${capacity}`);
  for (const value of max === undefined ? [chosen] : [chosen, max]) {
    if (parseQuantity(subtractQuantities(value, min)).nanos % parseQuantity(step).nanos === 0n) continue;
    add('step', value, `value is not a multiple of a given step (${step}) from (${min})`);
  }
}
