import type { Condition } from '../meta/condition.ts';
import type { FieldError } from '../schema/field-error.ts';
import { duplicate, invalid, notSupported, required, tooLong } from '../schema/field-error.ts';
import type { FieldPath } from './field-path.ts';
import { indexPath, pathText } from './field-path.ts';
import { addFaults } from './field-rules.ts';
import { byteLength, conditionReasonFaults, qualifiedNameFaults } from './name-rules.ts';

const STATUSES: readonly string[] = ['False', 'True', 'Unknown'];
const MAX_REASON_BYTES = 1024;
const MAX_MESSAGE_BYTES = 32 * 1024;

/** Checks conditions of the common form (k8s.io/apimachinery/pkg/apis/meta/v1/validation, ValidateConditions): one of each type. */
export function checkConditions(errors: FieldError[], conditions: readonly Condition[] | undefined, path: FieldPath): void {
  const types = new Set<string>();
  conditions?.forEach((condition, i) => {
    const place = indexPath(path, i);
    if (types.has(condition.type)) errors.push(duplicate(pathText(place, 'type'), condition.type));
    types.add(condition.type);
    checkCondition(errors, condition, place);
  });
}

function checkCondition(errors: FieldError[], condition: Condition, path: FieldPath): void {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason, message } = condition;
  addFaults(errors, qualifiedNameFaults(type), type, path, 'type');
  if (!STATUSES.includes(status)) errors.push(notSupported(pathText(path, 'status'), status, STATUSES));
  if (observedGeneration < 0) {
    errors.push(invalid(pathText(path, 'observedGeneration'), observedGeneration, 'must be greater than or equal to zero'));
  }
  if (!lastTransitionTime) errors.push(required(pathText(path, 'lastTransitionTime')));
  if (reason === '') errors.push(required(pathText(path, 'reason')));
  else {
    addFaults(errors, conditionReasonFaults(reason), reason, path, 'reason');
    if (byteLength(reason) > MAX_REASON_BYTES) errors.push(tooLong(pathText(path, 'reason'), MAX_REASON_BYTES));
  }
  if (byteLength(message) > MAX_MESSAGE_BYTES) errors.push(tooLong(pathText(path, 'message'), MAX_MESSAGE_BYTES));
}
