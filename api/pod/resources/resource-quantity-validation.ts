import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import { milliValueOfQuantity, signOfQuantity } from '../../schema/quantity.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { pathText } from '../../validation/field-path.ts';
import { addFaults, NEGATIVE } from '../../validation/field-rules.ts';
import { qualifiedNameFaults } from '../../validation/name-rules.ts';
import { isExtendedResource, isIntegerResource, isNativeResource, isStandardContainerResource, isStandardResource } from './resource-names.ts';

export const isNegativeQuantity = (quantity: string): boolean => quantity.startsWith('-') && signOfQuantity(quantity) < 0;

const plainlyWhole = /^\d+(?:k|[MGTPE]i?|Ki)?$/;

/** Returns whether a quantity is a whole number. */
export const isWhole = (quantity: string): boolean => plainlyWhole.test(quantity) || milliValueOfQuantity(quantity) % 1000 === 0;

/** Checks that a quantity is not negative, and whole if the resource is counted. */
export function checkResourceQuantity(errors: FieldError[], name: string, quantity: string, path: FieldPath): void {
  if (isNegativeQuantity(quantity)) errors.push(invalid(pathText(path), quantity, NEGATIVE));
  if (isIntegerResource(name) && !isWhole(quantity)) errors.push(invalid(pathText(path), quantity, 'must be an integer'));
}

/** Checks that a resource's name is qualified, or known to the system. Returns false if it is not a name at all. */
export function checkResourceName(errors: FieldError[], name: string, path: FieldPath): boolean {
  const faults = qualifiedNameFaults(name);
  addFaults(errors, faults, name, path);
  if (faults.length > 0) return false;
  if (name.includes('/') || isStandardResource(name)) return true;
  errors.push(invalid(pathText(path), name, 'must be a standard resource type or fully qualified'));
  return true;
}

/** Checks that a container may have the resource. */
export function checkContainerResourceName(errors: FieldError[], name: string, path: FieldPath): void {
  checkResourceName(errors, name, path);
  if (!name.includes('/')) {
    if (!isStandardContainerResource(name)) errors.push(invalid(pathText(path), name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalid(pathText(path), name, "doesn't follow extended resource name standard"));
  }
}
