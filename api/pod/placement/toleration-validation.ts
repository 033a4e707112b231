import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, forbidden, invalid, notSupported } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults, checkOptionalChoice } from '../../validation/field-rules.ts';
import { labelValueFaults, qualifiedNameFaults } from '../../validation/name-rules.ts';
import type { Toleration } from './affinity.ts';

export const TAINT_EFFECTS: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function checkTolerations(errors: FieldError[], tolerations: readonly Toleration[], path: FieldPath): void {
  checkEach(tolerations, (toleration, i) => checkToleration(errors, toleration, indexPath(path, i)));
}

function checkToleration(errors: FieldError[], toleration: Toleration, path: FieldPath): void {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  if (key !== '') addFaults(errors, qualifiedNameFaults(key), key, path, 'key');
  else if (operator !== 'Exists') {
    errors.push(
      invalid(pathText(path, 'operator'), operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"'),
    );
  }
  if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(invalid(pathText(path, 'effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  if (operator === 'Equal' || operator === '') {
    const faults = labelValueFaults(value);
    if (faults.length > 0) errors.push(invalid(pathText(path, 'operator'), value, faults.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(pathText(path, 'operator'), value, "value must be empty when `operator` is 'Exists'"));
  } else errors.push(notSupported(pathText(path, 'operator'), operator, ['Equal', 'Exists']));
  if (effect !== '') checkOptionalChoice(errors, effect, TAINT_EFFECTS, path, 'effect');
}

/** Checks that an update only adds tolerations, or changes tolerationSeconds of present ones. */
export function checkAddedTolerations(errors: FieldError[], tolerations: readonly Toleration[], old: readonly Toleration[], path: FieldPath): void {
  const identity = ({ key = '', operator = '', value = '', effect = '' }: Toleration) => JSON.stringify([key, operator, value, effect]);
  const now = new Set(tolerations.map(identity));
  const kept = old.every((before) => now.has(identity(before)));
  if (!kept) errors.push(forbidden(pathText(path), 'existing toleration can not be modified except its tolerationSeconds'));
  else checkTolerations(errors, tolerations, path);
}
