import type { Strategy } from '../../../definition/strategy.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported } from '../../../schema/field-error.ts';
import { checkConditions } from '../../../validation/condition-rules.ts';
import { childPath, rootPath } from '../../../validation/field-path.ts';
import { checkNonNegative } from '../../../validation/field-rules.ts';
import { checkLabelSelector } from '../../../validation/label-selector.ts';
import { pathSegmentName } from '../../../validation/name-rules.ts';
import { checkAtMostWhole, checkIntOrPercent } from '../../apps/int-or-percent-validation.ts';
import type { PodDisruptionBudget } from './schema.ts';

const SPEC = rootPath('spec');
const STATUS = rootPath('status');
const EVICTION_POLICIES: readonly string[] = ['AlwaysAllow', 'IfHealthyBudget'];

function validate({ spec = {} }: PodDisruptionBudget): FieldError[] {
  const errors: FieldError[] = [];
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    // Upstream shows its structure, with the names of Go's fields.
    const shown = {
      MinAvailable: minAvailable,
      Selector: spec.selector ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: policy ?? null,
    };
    errors.push(invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[field];
    if (value === undefined) continue;
    checkIntOrPercent(errors, value, SPEC, field);
    checkAtMostWhole(errors, value, SPEC, field);
  }
  checkLabelSelector(errors, spec.selector, childPath(SPEC, 'selector'));
  if (policy !== undefined && !EVICTION_POLICIES.includes(policy)) {
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, EVICTION_POLICIES));
  }
  return errors;
}

/** The rules of upstream's pkg/apis/policy/validation. */
export const podDisruptionBudgetStrategy: Strategy<PodDisruptionBudget> = {
  generation: 'content',
  allowUnconditionalUpdate: false,
  metadataChecks: { onUpdate: [] },
  // Upstream has no rule of its own here: what every name holds to is all.
  validateName: pathSegmentName,
  prepareForCreate(budget) {
    budget.status = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
  },
  prepareForUpdate(budget, old) {
    budget.status = old.status;
  },
  prepareForStatusUpdate(budget, old) {
    budget.spec = old.spec;
  },
  validate,
  validateUpdate: validate,
  validateStatusUpdate({ status }) {
    const errors: FieldError[] = [];
    checkConditions(errors, status?.conditions, childPath(STATUS, 'conditions'));
    for (const field of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const) {
      checkNonNegative(errors, status?.[field], STATUS, field);
    }
    return errors;
  },
};
