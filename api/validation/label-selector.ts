import type { LabelSelector, LabelSelectorRequirement } from '../meta/label-selector.ts';
import type { FieldError } from '../schema/field-error.ts';
import { checkEach, forbidden, invalid, required } from '../schema/field-error.ts';
import type { FieldPath } from './field-path.ts';
import { childPath, indexPath, pathText } from './field-path.ts';
import { addFaults } from './field-rules.ts';
import { labelValueFaults, qualifiedNameFaults } from './name-rules.ts';
import { checkLabels } from './object-meta.ts';

/** The rules of a label selector. An absent one has no errors. */
export function checkLabelSelector(errors: FieldError[], selector: LabelSelector | undefined, path: FieldPath): void {
  if (!selector) return;
  if (selector.matchLabels) checkLabels(errors, selector.matchLabels, path, 'matchLabels');
  const expressions = selector.matchExpressions ?? [];
  const check = (requirement: LabelSelectorRequirement, i: number) =>
    checkRequirement(errors, requirement, indexPath(childPath(path, 'matchExpressions'), i));
  // Rules that read the selector do so unless it has faults by now: those that keep it from being read are not put off.
  if (expressions.every(({ operator }) => OPERATORS.includes(operator))) checkEach(expressions, check);
  else expressions.forEach(check);
}

const OPERATORS: readonly (string | undefined)[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

function checkRequirement(errors: FieldError[], requirement: LabelSelectorRequirement, path: FieldPath): void {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(required(pathText(path, 'values'), "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) errors.push(forbidden(pathText(path, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    default:
      errors.push(invalid(pathText(path, 'operator'), requirement.operator ?? '', 'not a valid selector operator'));
  }
  addFaults(errors, qualifiedNameFaults(requirement.key ?? ''), requirement.key ?? '', path, 'key');
  checkEach(values, (value, i) => {
    addFaults(errors, labelValueFaults(value), value, indexPath(childPath(path, 'values'), i));
  });
}

/** Returns whether a selector has no requirement, and so selects everything. */
export const isEmptySelector = (selector: LabelSelector | undefined): boolean =>
  !selector || (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0);
