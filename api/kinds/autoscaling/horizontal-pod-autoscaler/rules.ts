import type { Strategy } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import { signOfQuantity } from '../../../schema/quantity.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { checkNonNegative, NEGATIVE, NOT_POSITIVE } from '../../../validation/field-rules.ts';
import { defaultHorizontalPodAutoscaler, emptyStatus } from './defaults.ts';
import { checkMetrics, checkReference } from './metric-validation.ts';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, HPAScalingPolicy, HPAScalingRules } from './schema.ts';

const SPEC = rootPath('spec');
const STATUS = rootPath('status');
const MAX_WINDOW_SECONDS = 3600;
const MAX_PERIOD_SECONDS = 1800;
const SELECT_POLICIES: readonly string[] = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES: readonly string[] = ['Percent', 'Pods'];

const atMost = (limit: number): string => `must be less than or equal to ${limit}`;

function checkPolicy(errors: FieldError[], { type, value, periodSeconds }: HPAScalingPolicy, path: FieldPath): void {
  if (!POLICY_TYPES.includes(type)) errors.push(notSupported(pathText(path, 'type'), type, POLICY_TYPES));
  if (value <= 0) errors.push(invalid(pathText(path, 'value'), value, NOT_POSITIVE));
  if (periodSeconds <= 0) errors.push(invalid(pathText(path, 'periodSeconds'), periodSeconds, NOT_POSITIVE));
  if (periodSeconds > MAX_PERIOD_SECONDS) errors.push(invalid(pathText(path, 'periodSeconds'), periodSeconds, atMost(MAX_PERIOD_SECONDS)));
}

function checkScaling(errors: FieldError[], rules: HPAScalingRules, path: FieldPath): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  if (window !== undefined && window < 0) {
    errors.push(invalid(pathText(path, 'stabilizationWindowSeconds'), window, 'must be greater than or equal to zero'));
  }
  if (window !== undefined && window > MAX_WINDOW_SECONDS) {
    errors.push(invalid(pathText(path, 'stabilizationWindowSeconds'), window, atMost(MAX_WINDOW_SECONDS)));
  }
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy)) {
    errors.push(notSupported(pathText(path, 'selectPolicy'), selectPolicy, SELECT_POLICIES));
  }
  if (policies.length === 0) errors.push(required(pathText(path, 'policies'), 'must specify at least one Policy'));
  policies.forEach((policy, i) => {
    checkPolicy(errors, policy, indexPath(childPath(path, 'policies'), i));
  });
  if (tolerance !== undefined && signOfQuantity(tolerance) < 0) errors.push(invalid(pathText(path, 'tolerance'), tolerance, NEGATIVE));
}

/** Rules that an update may break where the stored object does already. */
interface Leniency {
  readonly zeroReplicas: boolean;
  readonly targetVersion: boolean;
  readonly describedVersion: boolean;
}
const STRICT: Leniency = { zeroReplicas: false, targetVersion: false, describedVersion: false };

function checkSpec(errors: FieldError[], spec: HorizontalPodAutoscalerSpec, lenient: Leniency): void {
  const { minReplicas, maxReplicas, behavior } = spec;
  const least = lenient.zeroReplicas ? 0 : 1;
  if (minReplicas !== undefined && minReplicas < least) {
    errors.push(invalid('spec.minReplicas', minReplicas, `must be greater than or equal to ${least}`));
  }
  if (maxReplicas === 0) errors.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  else if (maxReplicas < 0) errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  checkReference(errors, spec.scaleTargetRef, childPath(SPEC, 'scaleTargetRef'), { coreGroup: false, anyApiVersion: lenient.targetVersion });
  const described = { coreGroup: true, anyApiVersion: lenient.describedVersion };
  checkMetrics(errors, spec.metrics ?? [], minReplicas, childPath(SPEC, 'metrics'), described);
  for (const direction of ['scaleUp', 'scaleDown'] as const) {
    const rules = behavior?.[direction];
    if (rules) checkScaling(errors, rules, childPath(childPath(SPEC, 'behavior'), direction));
  }
}

/** Finds which rules the stored object breaks. */
function leniencyFor({ spec }: Live<HorizontalPodAutoscaler>): Leniency {
  const target: FieldError[] = [];
  checkReference(target, spec.scaleTargetRef, SPEC, { coreGroup: false, anyApiVersion: false });
  const described: FieldError[] = [];
  for (const { object } of spec.metrics ?? []) {
    if (object) checkReference(described, object.describedObject, SPEC, { coreGroup: true, anyApiVersion: false });
  }
  const badVersion = (errors: readonly FieldError[]) => errors.some(({ field }) => field.endsWith('.apiVersion'));
  return { zeroReplicas: spec.minReplicas === 0, targetVersion: badVersion(target), describedVersion: badVersion(described) };
}

/** The rules of upstream's pkg/apis/autoscaling/validation. */
export const horizontalPodAutoscalerStrategy: Strategy<HorizontalPodAutoscaler> = {
  default: defaultHorizontalPodAutoscaler,
  prepareForCreate(autoscaler) {
    autoscaler.status = emptyStatus();
  },
  prepareForUpdate(autoscaler, old) {
    autoscaler.status = old.status;
  },
  prepareForStatusUpdate(autoscaler, old) {
    autoscaler.spec = old.spec;
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    checkSpec(errors, spec, STRICT);
    return errors;
  },
  validateUpdate({ spec }, old) {
    const errors: FieldError[] = [];
    checkSpec(errors, spec, leniencyFor(old));
    return errors;
  },
  validateStatusUpdate({ status }) {
    const errors: FieldError[] = [];
    for (const field of ['currentReplicas', 'desiredReplicas'] as const) checkNonNegative(errors, status?.[field], STATUS, field);
    return errors;
  },
};
