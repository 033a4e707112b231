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

/** Whether a quantity is a whole number. */
export const isWhole = (quantity: string): boolean => plainlyWhole.test(quantity) || milliValueOfQuantity(quantity) % 1000 === 0;

/** Not negative, and whole where the resource is counted. */
export function checkResourceQuantity(errors: FieldError[], name: string, quantity: string, path: FieldPath): void {
  if (isNegativeQuantity(quantity)) errors.push(invalid(pathText(path), quantity, NEGATIVE));
  if (isIntegerResource(name) && !isWhole(quantity)) errors.push(invalid(pathText(path), quantity, 'must be an integer'));
}

/** A resource's name: qualified, or one that the system knows. False where it is no name at all. */
export function checkResourceName(errors: FieldError[], name: string, path: FieldPath): boolean {
  const faults = qualifiedNameFaults(name);
  addFaults(errors, faults, name, path);
  if (faults.length > 0) return false;
  if (name.includes('/') || isStandardResource(name)) return true;
  errors.push(invalid(pathText(path), name, 'must be a standard resource type or fully qualified'));
  return true;
}

/** A resource that a container may have. */
export function checkContainerResourceName(errors: FieldError[], name: string, path: FieldPath): void {
  checkResourceName(errors, name, path);
  if (!name.includes('/')) {
    if (!isStandardContainerResource(name)) errors.push(invalid(pathText(path), name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalid(pathText(path), name, "doesn't follow extended resource name standard"));
  }
}
