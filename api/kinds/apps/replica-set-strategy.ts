import type { Strategy } from '../../definition/strategy.ts';
import { defaultPodTemplate } from '../../pod/pod-spec-defaults.ts';
import { podTemplateWarnings } from '../../pod/pod-warnings.ts';
import { validateReplicaStatus } from '../../pod/replica-status-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { rootPath } from '../../validation/field-path.ts';
import { checkImmutable, checkNonNegative } from '../../validation/field-rules.ts';
import type { ReplicaSet } from './replica-set.ts';
import { checkSelectorAndTemplate } from './workload-validation.ts';

const SPEC = rootPath('spec');

function validate(set: ReplicaSet): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(errors, set.spec?.replicas, SPEC, 'replicas');
  checkNonNegative(errors, set.spec?.minReadySeconds, SPEC, 'minReadySeconds');
  checkSelectorAndTemplate(errors, set.spec ?? {}, 'ReplicaSet', SPEC);
  return errors;
}

export const replicaSetStrategy: Strategy<ReplicaSet> = {
  generation: 'content',
  default: (set) => {
    if (!set.spec) return;
    set.spec.replicas ??= 1;
    set.spec.template ??= {};
    defaultPodTemplate(set.spec.template);
  },
  prepareForCreate: (set) => {
    set.status = { replicas: 0 };
  },
  prepareForUpdate: (set, old) => {
    set.status = old.status;
  },
  prepareForStatusUpdate: (set, old) => {
    set.spec = old.spec;
  },
  validate,
  validateUpdate: (set, old) => {
    const errors = validate(set);
    checkImmutable(errors, set.spec?.selector, old.spec?.selector, 'spec.selector');
    return errors;
  },
  validateStatusUpdate: (set) => validateReplicaStatus(set.status),
  warnings: (set, old) => podTemplateWarnings(set, old, set.spec?.template, 'spec.template'),
  selectableFields: { 'status.replicas': (set) => String(set.status?.replicas ?? 0) },
};
