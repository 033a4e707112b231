import type { Condition } from '../meta/condition.ts';
import type { FieldError } from '../schema/field-error.ts';
import { duplicate, invalid, notSupported, required, tooLong } from '../schema/field-error.ts';
import type { FieldPath } from './field-path.ts';
import { indexPath, pathText } from './field-path.ts';
import { addFaults } from './field-rules.ts';
import { byteLength, qualifiedNameFaults } from './name-rules.ts';

const STATUSES = ['False', 'True', 'Unknown'];
const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const reasonPattern = new RegExp(`^${REASON}$`);
const REASON_FAULT = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${REASON}')`;
const MAX_REASON_BYTES = 1_024;
const MAX_MESSAGE_BYTES = 32_768;

function checkCondition(errors: FieldError[], condition: Partial<Condition>, path: FieldPath): void {
  const { type = '', status = '', reason = '', message = '', observedGeneration = 0, lastTransitionTime } = condition;
  addFaults(errors, qualifiedNameFaults(type), type, path, 'type');
  if (!STATUSES.includes(status)) errors.push(notSupported(pathText(path, 'status'), status, STATUSES));
  if (observedGeneration < 0) errors.push(invalid(pathText(path, 'observedGeneration'), observedGeneration, 'must be greater than or equal to zero'));
  if (!lastTransitionTime) errors.push(required(pathText(path, 'lastTransitionTime')));
  if (reason === '') errors.push(required(pathText(path, 'reason')));
  else {
    if (!reasonPattern.test(reason)) errors.push(invalid(pathText(path, 'reason'), reason, REASON_FAULT));
    if (byteLength(reason) > MAX_REASON_BYTES) errors.push(tooLong(pathText(path, 'reason'), MAX_REASON_BYTES));
  }
  if (byteLength(message) > MAX_MESSAGE_BYTES) errors.push(tooLong(pathText(path, 'message'), MAX_MESSAGE_BYTES));
}

/** Checks the conditions of a status as upstream's ValidateConditions (k8s.io/apimachinery/pkg/apis/meta/v1/validation) does. */
export function checkConditions(errors: FieldError[], conditions: readonly Partial<Condition>[], path: FieldPath): void {
  const seen = new Set<string>();
  conditions.forEach((condition, i) => {
    const { type = '' } = condition;
    if (seen.has(type)) errors.push(duplicate(pathText(indexPath(path, i), 'type'), type));
    seen.add(type);
    checkCondition(errors, condition, indexPath(path, i));
  });
}
