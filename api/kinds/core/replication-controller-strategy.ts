import type { Strategy } from '../../definition/strategy.ts';
import { defaultPodTemplate } from '../../pod/pod-spec-defaults.ts';
import { checkLongRunning, checkPodTemplate } from '../../pod/pod-template-validation.ts';
import { podTemplateWarnings } from '../../pod/pod-warnings.ts';
import { validateReplicaStatus } from '../../pod/replica-status-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import { selectorFromLabels } from '../../selector/selector.ts';
import { childPath, rootPath } from '../../validation/field-path.ts';
import { checkNonNegative } from '../../validation/field-rules.ts';
import type { ReplicationController } from './replication-controller.ts';

const SPEC = rootPath('spec');
const TEMPLATE = childPath(SPEC, 'template');

function setDefaults(controller: ReplicationController): void {
  controller.spec ??= {};
  const { spec } = controller;
  if (spec.template) {
    const labels = spec.template.metadata?.labels;
    if (labels) {
      if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
      controller.metadata ??= {};
      if (Object.keys(controller.metadata.labels ?? {}).length === 0) controller.metadata.labels = { ...labels };
    }
    defaultPodTemplate(spec.template);
  }
  spec.replicas ??= 1;
}

function validate(controller: ReplicationController): FieldError[] {
  const errors: FieldError[] = [];
  const spec = controller.spec ?? {};
  const selector = spec.selector ?? {};
  const selects = Object.keys(selector).length > 0;
  checkNonNegative(errors, spec.minReadySeconds, SPEC, 'minReadySeconds');
  if (!selects) errors.push(required('spec.selector'));
  checkNonNegative(errors, spec.replicas, SPEC, 'replicas');
  if (!spec.template) {
    errors.push(required('spec.template'));
    return errors;
  }
  const labels = spec.template.metadata?.labels;
  if (selects && !selectorFromLabels(selector).matches(labels)) {
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  checkPodTemplate(errors, spec.template, TEMPLATE);
  checkLongRunning(errors, spec.template, 'ReplicationController', TEMPLATE);
  return errors;
}

export const replicationControllerStrategy: Strategy<ReplicationController> = {
  generation: 'content',
  default: setDefaults,
  prepareForCreate: (controller) => {
    controller.status = { replicas: 0 };
  },
  prepareForUpdate: (controller, old) => {
    controller.status = old.status;
  },
  prepareForStatusUpdate: (controller, old) => {
    controller.spec = old.spec;
  },
  validate,
  validateUpdate: validate,
  validateStatusUpdate: (controller) => validateReplicaStatus(controller.status),
  warnings: (controller, old) => podTemplateWarnings(controller, old, controller.spec?.template, 'spec.template'),
  selectableFields: { 'status.replicas': (controller) => String(controller.status?.replicas ?? 0) },
};
