import type { Strategy } from '../../definition/strategy.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, notSupported, required } from '../../schema/field-error.ts';
import { checkImmutable } from '../../validation/field-rules.ts';
import type { PriorityClass } from './priority-class.ts';

/** Above it are the system's own classes only. */
const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_CLASSES: Readonly<Record<string, number>> = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 };
const POLICIES: readonly string[] = ['PreemptLowerPriority', 'Never'];

function validate(priorityClass: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  const name = priorityClass.metadata?.name ?? '';
  const value = priorityClass.value ?? 0;
  if (name.startsWith('system-')) {
    const known = SYSTEM_CLASSES[name] === value && !priorityClass.globalDefault;
    if (!known) errors.push(forbidden('metadata.name', "priority class names with 'system-' prefix are reserved for system use only"));
  } else if (value > HIGHEST_USER_PRIORITY) {
    errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`));
  }
  const policy = priorityClass.preemptionPolicy;
  if (!policy) errors.push(required('preemptionPolicy'));
  else if (!POLICIES.includes(policy)) errors.push(notSupported('preemptionPolicy', policy, POLICIES));
  return errors;
}

export const priorityClassStrategy: Strategy<PriorityClass> = {
  generation: 'nothing',
  default: (priorityClass) => {
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  validate,
  validateUpdate: (priorityClass, old) => {
    const errors: FieldError[] = [];
    if ((priorityClass.value ?? 0) !== (old.value ?? 0)) errors.push(forbidden('value', 'may not be changed in an update.'));
    checkImmutable(errors, priorityClass.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy');
    return errors;
  },
};
