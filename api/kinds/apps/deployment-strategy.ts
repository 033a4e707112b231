import type { Strategy } from '../../definition/strategy.ts';
import type { Live } from '../../meta/object.ts';
import { defaultPodTemplate } from '../../pod/pod-spec-defaults.ts';
import { podTemplateWarnings } from '../../pod/pod-warnings.ts';
import { validateReplicaStatus } from '../../pod/replica-status-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults, checkImmutable, checkNonNegative } from '../../validation/field-rules.ts';
import { percentFaults } from '../../validation/name-rules.ts';
import type { Deployment, DeploymentStrategy, RollingUpdateDeployment } from './deployment.ts';
import { checkSelectorAndTemplate } from './workload-validation.ts';

const SPEC = rootPath('spec');
const STRATEGY = childPath(SPEC, 'strategy');

/** The defaults of apps/v1 and of apps/v1beta2, which has the same. */
export function defaultDeployment(deployment: Deployment): void {
  const { spec } = deployment;
  if (!spec) return;
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ||= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  spec.template ??= {};
  defaultPodTemplate(spec.template);
}

function validate(deployment: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  const { spec } = deployment;
  checkNonNegative(errors, spec?.replicas, SPEC, 'replicas');
  checkSelectorAndTemplate(errors, spec ?? {}, 'Deployment', SPEC);
  checkStrategy(errors, spec?.strategy ?? {});
  checkNonNegative(errors, spec?.minReadySeconds, SPEC, 'minReadySeconds');
  checkNonNegative(errors, spec?.revisionHistoryLimit, SPEC, 'revisionHistoryLimit');
  const deadline = spec?.progressDeadlineSeconds;
  checkNonNegative(errors, deadline, SPEC, 'progressDeadlineSeconds');
  if (deadline !== undefined && deadline <= (spec?.minReadySeconds ?? 0)) {
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

function checkStrategy(errors: FieldError[], strategy: DeploymentStrategy): void {
  switch (strategy.type) {
    case 'Recreate':
      if (strategy.rollingUpdate) {
        errors.push(forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'"));
      }
      break;
    case 'RollingUpdate':
      if (!strategy.rollingUpdate) errors.push(required('spec.strategy.rollingUpdate', 'this should be defaulted and never be nil'));
      else checkRollingUpdate(errors, strategy.rollingUpdate, childPath(STRATEGY, 'rollingUpdate'));
      break;
    default:
      errors.push(notSupported('spec.strategy', strategy, ['Recreate', 'RollingUpdate']));
  }
}

function checkRollingUpdate(errors: FieldError[], update: RollingUpdateDeployment, path: FieldPath): void {
  const { maxUnavailable = 0, maxSurge = 0 } = update;
  for (const [name, value] of [
    ['maxUnavailable', maxUnavailable],
    ['maxSurge', maxSurge],
  ] as const) {
    if (typeof value === 'string') addFaults(errors, percentFaults(value), value, path, name);
    else checkNonNegative(errors, value, path, name);
  }
  if (amount(maxUnavailable) === 0 && amount(maxSurge) === 0) {
    errors.push(invalid(pathText(path, 'maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  if (typeof maxUnavailable === 'string' && amount(maxUnavailable) > 100) {
    errors.push(invalid(pathText(path, 'maxUnavailable'), maxUnavailable, 'must not be greater than 100%'));
  }
}

/** The number, or the percentage; 0 where it is neither. */
const amount = (value: number | string): number => (typeof value === 'number' ? value : /^\d+%$/.test(value) ? Number(value.slice(0, -1)) : 0);

function validateStatusUpdate(deployment: Deployment, old: Live<Deployment>): FieldError[] {
  const errors = validateReplicaStatus(deployment.status);
  const collisions = deployment.status?.collisionCount;
  const before = old.status?.collisionCount;
  if (before !== undefined && (collisions === undefined || collisions < before)) {
    errors.push(invalid('status.collisionCount', collisions ?? null, 'cannot be decremented'));
  }
  return errors;
}

export const deploymentStrategy: Strategy<Deployment> = {
  generation: 'content and annotations',
  default: defaultDeployment,
  prepareForCreate: (deployment) => {
    deployment.status = {};
  },
  prepareForUpdate: (deployment, old) => {
    deployment.status = old.status;
  },
  prepareForStatusUpdate: (deployment, old) => {
    deployment.spec = old.spec;
    if (deployment.metadata) deployment.metadata.labels = old.metadata.labels;
  },
  validate,
  validateUpdate: (deployment, old) => {
    const errors = validate(deployment);
    checkImmutable(errors, deployment.spec?.selector, old.spec?.selector, 'spec.selector');
    return errors;
  },
  validateStatusUpdate,
  warnings: (deployment, old) => podTemplateWarnings(deployment, old, deployment.spec?.template, 'spec.template'),
};
